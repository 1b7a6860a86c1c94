import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import { imageNotFound, type SeenImage, type Viewer } from "../domain/image.ts";
import type { imagePolicyRules } from "../policy-rules.ts";
import type { ImageCtx } from "./deps.ts";
import { imageFindVisible } from "./visibility.ts";

type ImageRule = keyof typeof imagePolicyRules;

export function viewerOfCtx(ctx: ImageCtx): Viewer {
  return { isAdmin: ctx.allows("context_is_admin"), projectId: ctx.caller.projectId };
}

type TargetImage = Pick<SeenImage, "owner" | "visibility" | "memberId">;

/** Glance's target of image rules (glance.api.v2.policy.ImageAPIPolicy). */
function targetOf(image: TargetImage): Record<string, string | undefined> {
  const owner = image.owner ?? undefined;
  return { project_id: owner, owner, visibility: image.visibility, member_id: image.memberId };
}

export function imageAllows(ctx: ImageCtx, rule: ImageRule, image: TargetImage): boolean {
  return ctx.allows(rule, targetOf(image));
}

/** Throws `forbidden` in Glance's words. */
export function imageEnforce(ctx: ImageCtx, rule: ImageRule, image: TargetImage): void {
  ctx.enforce(rule, targetOf(image));
}

/** Who may not see an image is told that there is none. */
export async function imageFetchVisible(ctx: ImageCtx, db: Db, imageId: string): Promise<SeenImage> {
  const image = await imageFindVisible(db, imageId, viewerOfCtx(ctx));
  if (!image || !imageAllows(ctx, "get_image", image)) {
    throw imageNotFound(imageId);
  }
  return image;
}

/** Going public or into the community has rules of its own, at creation as at a change. */
export function visibilityEnforce(ctx: ImageCtx, image: TargetImage): void {
  if (image.visibility === "public") imageEnforce(ctx, "publicize_image", image);
  if (image.visibility === "community") imageEnforce(ctx, "communitize_image", image);
}

export function ownerEnforce(ctx: ImageCtx): void {
  if (!ctx.allows("context_is_admin"))
    throw new CloudError("forbidden", "Owner can't be updated by non admin.");
}
