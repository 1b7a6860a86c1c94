import { CloudError } from "#base/errors.ts";
import type { Tx } from "#db/index.ts";
import type { Ctx } from "#http/index.ts";
import { requireWithinQuota, requireWritable, settableAttributes } from "../domain/attributes.ts";
import type { Image } from "../domain/image.ts";
import { imageMemberInsert } from "../store/image-members.ts";
import { imageInsert } from "../store/images.ts";
import { imageEnforce, visibilityEnforce } from "./authorization.ts";
import type { ImageDeps } from "./deps.ts";
import { imageNew } from "./image.ts";

/** An image that another service is about to make the data of. */
export interface ImageDraft {
  readonly id: string;
  readonly name: string;
  readonly visibility: "private" | "shared";
  /** A project that is to see a shared one. */
  readonly memberId?: string | undefined;
  readonly minDiskGiB: number;
  readonly minRamMiB: number;
  readonly properties: Readonly<Record<string, string>>;
}

/**
 * Checks the draft as an image that the caller creates. What is answered makes it, queued, in the transaction of whoever
 * asked. Throws `forbidden` for what the caller may not, also for a property that has an attribute's name.
 */
export function imageDraft(deps: ImageDeps, peer: Ctx, draft: ImageDraft): (tx: Tx) => Promise<void> {
  const ctx = { ...peer, deps };
  const now = ctx.clock.now();
  const { memberId, ...attributes } = draft;
  const image: Image = { ...imageNew(draft.id, ctx.caller.projectId ?? null, now), ...attributes };
  for (const name of Object.keys(image.properties)) {
    requireWritable(name, false);
    if (settableAttributes.has(name))
      throw new CloudError("forbidden", `Attribute '${name}' is no property: change it in the image API.`);
  }
  requireWithinQuota(image.properties, image.tags);
  imageEnforce(ctx, "add_image", image);
  visibilityEnforce(ctx, image);
  return async (tx) => {
    await imageInsert(tx, image);
    if (memberId === undefined) return;
    const times = { createdAt: now, updatedAt: now };
    await imageMemberInsert(tx, { imageId: image.id, memberId, status: "pending", ...times });
  };
}
