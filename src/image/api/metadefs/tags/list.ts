import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { partList } from "../../../app/metadef-part.ts";
import { parsePartListQuery } from "../../../domain/metadef-list-query.ts";
import { listQuery } from "../../query.ts";

export const listTags = operation<ImageDeps, undefined, typeof listQuery>({
  query: listQuery,
  handle: async (ctx, { params, query }) => {
    const tags = { kind: "tag", namespace: params["namespace"] ?? "" } as const;
    return { tags: (await partList(ctx, tags, parsePartListQuery(query))).map(({ name }) => ({ name })) };
  },
});
