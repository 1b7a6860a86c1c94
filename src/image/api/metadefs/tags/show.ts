import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { partShow } from "../../../app/metadef-part.ts";
import { tagView } from "../part-view.ts";

export const showTag = operation<ImageDeps>({
  handle: async (ctx, { params }) =>
    tagView(await partShow(ctx, { kind: "tag", namespace: params["namespace"] ?? "" }, params["name"] ?? "")),
});
