import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { partModify } from "../../../app/metadef-part.ts";
import { tagBody } from "../../../domain/metadef-body.ts";
import { tagView } from "../part-view.ts";
import { requireNoReadOnly } from "../read-only.ts";

export const updateTag = operation<ImageDeps, typeof tagBody>({
  body: tagBody,
  handle: async (ctx, { params, body }) => {
    requireNoReadOnly(body);
    const tags = { kind: "tag", namespace: params["namespace"] ?? "" } as const;
    return tagView(await partModify(ctx, tags, params["name"] ?? "", { name: body.name, content: {} }));
  },
});
