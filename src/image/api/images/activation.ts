import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../app/deps.ts";
import { imageActivate } from "../../app/image.ts";

export const deactivate = operation<ImageDeps>({
  handle: (ctx, { params }) => imageActivate(ctx, params["image_id"] ?? "", "deactivated"),
});

export const reactivate = operation<ImageDeps>({
  handle: (ctx, { params }) => imageActivate(ctx, params["image_id"] ?? "", "active"),
});
