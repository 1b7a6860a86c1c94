import { CloudError, isCloudError } from "#base/errors.ts";
import type { ImageFacts } from "#image/index.ts";
import type { ComputeCtx } from "./deps.ts";
import { quotaLimitsOfCaller } from "./quota.ts";
import { quotaAmount } from "../domain/quota.ts";

/** Nova's words for what the image service does not show. */
async function found<T>(wanted: Promise<T>): Promise<T> {
  try {
    return await wanted;
  } catch (cause) {
    if (isCloudError(cause, "not-found")) throw new CloudError("not-found", "Image not found.", { cause });
    throw cause;
  }
}

export async function imagesOfCaller(ctx: ComputeCtx): Promise<ImageFacts[]> {
  return ctx.deps.image.proxy.list(ctx);
}

export async function imageShowAs(ctx: ComputeCtx, id: string): Promise<ImageFacts> {
  return found(ctx.deps.image.proxy.show(ctx, id));
}

export async function imageRemoveAs(ctx: ComputeCtx, id: string): Promise<void> {
  await found(ctx.deps.image.proxy.remove(ctx, id));
}

/** The image's properties afterwards. Throws `forbidden` when they are more than the quota's `metadata_items`. */
export async function imagePropertiesSet(
  ctx: ComputeCtx,
  id: string,
  next: (properties: ImageFacts["properties"]) => Readonly<Record<string, string>>,
): Promise<ImageFacts["properties"]> {
  const properties = next((await imageShowAs(ctx, id)).properties);
  const { metadata_items: most } = await quotaLimitsOfCaller(ctx);
  if (Object.keys(properties).length > quotaAmount(most))
    throw new CloudError("forbidden", "Image metadata limit exceeded");
  return (await found(ctx.deps.image.proxy.propertiesReplace(ctx, id, properties))).properties;
}
