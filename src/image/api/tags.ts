import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ImageDeps } from "../app/deps.ts";
import { tagAdd, tagRemove } from "../app/tag.ts";

export const addTag = operation<ImageDeps>({
  handle: async (ctx, { params }) => {
    const tag = params["tag"] ?? "";
    if (tag.length > 255) throw new CloudError("invalid", "The tag is longer than 255 characters.");
    await tagAdd(ctx, params["image_id"] ?? "", tag);
  },
});

export const removeTag = operation<ImageDeps>({
  handle: (ctx, { params }) => tagRemove(ctx, params["image_id"] ?? "", params["tag"] ?? ""),
});
