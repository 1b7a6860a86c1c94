import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../app/deps.ts";
import { imageShow } from "../../app/image.ts";
import { imageView } from "../image-view.ts";

export const show = operation<ImageDeps>({
  handle: async (ctx, { params }) => imageView(await imageShow(ctx, params["image_id"] ?? "")),
});
