import { CloudError } from "#base/errors.ts";
import { requireWithinQuota } from "../domain/attributes.ts";
import type { Image } from "../domain/image.ts";
import { imageUpdate } from "../store/images.ts";
import { imageEnforce, imageFetchVisible } from "./authorization.ts";
import type { ImageCtx } from "./deps.ts";

export function tagAdd(ctx: ImageCtx, imageId: string, tag: string): Promise<void> {
  return tagsChange(ctx, imageId, (image) => [...new Set([...image.tags, tag])]);
}

export function tagRemove(ctx: ImageCtx, imageId: string, tag: string): Promise<void> {
  return tagsChange(ctx, imageId, (image) => {
    if (image.tags.includes(tag)) return image.tags.filter((other) => other !== tag);
    throw new CloudError("not-found", `The image ${image.id} has no tag '${tag}'.`);
  });
}

async function tagsChange(
  ctx: ImageCtx,
  imageId: string,
  change: (image: Image) => readonly string[],
): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    const image = await imageFetchVisible(ctx, tx, imageId);
    imageEnforce(ctx, "modify_image", image);
    const tags = change(image);
    requireWithinQuota(image.properties, tags);
    await imageUpdate(tx, { ...image, tags, updatedAt: ctx.clock.now() });
  });
}
