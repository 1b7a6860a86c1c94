import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { partShow } from "../../../app/metadef-part.ts";
import { objectView } from "../part-view.ts";

export const showObject = operation<ImageDeps>({
  handle: async (ctx, { params }) => {
    const namespace = params["namespace"] ?? "";
    return objectView(await partShow(ctx, { kind: "object", namespace }, params["name"] ?? ""), namespace);
  },
});
