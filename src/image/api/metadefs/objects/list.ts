import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { partList } from "../../../app/metadef-part.ts";
import { parsePartListQuery } from "../../../domain/metadef-list-query.ts";
import { listQuery } from "../../query.ts";
import { objectView } from "../part-view.ts";

export const listObjects = operation<ImageDeps, undefined, typeof listQuery>({
  query: listQuery,
  handle: async (ctx, { params, query }) => {
    const namespace = params["namespace"] ?? "";
    const objects = await partList(ctx, { kind: "object", namespace }, parsePartListQuery(query));
    return {
      objects: objects.map((object) => objectView(object, namespace)),
      schema: "/v2/schemas/metadefs/objects",
    };
  },
});
