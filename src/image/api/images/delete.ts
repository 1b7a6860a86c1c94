import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../app/deps.ts";
import { imageRemove } from "../../app/image.ts";

export const remove = operation<ImageDeps>({
  handle: (ctx, { params }) => imageRemove(ctx, params["image_id"] ?? ""),
});
