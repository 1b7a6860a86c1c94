import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import type { SeenImage } from "../domain/image.ts";
import { parseMemberStatus, requireRoomForMember, type ImageMember } from "../domain/image-member.ts";
import {
  imageMemberDelete,
  imageMemberFind,
  imageMemberInsert,
  imageMemberList,
  imageMemberUpdate,
} from "../store/image-members.ts";
import { imageEnforce, imageFetchVisible } from "./authorization.ts";
import type { ImageCtx } from "./deps.ts";

const onlyShared = "Only shared images have members.";

/** `refusal`: what is said of an image that is not shared. */
async function sharedImageFetch(ctx: ImageCtx, db: Db, imageId: string, refusal: string): Promise<SeenImage> {
  const image = await imageFetchVisible(ctx, db, imageId);
  if (image.visibility !== "shared") throw new CloudError("forbidden", refusal);
  return image;
}

/** Whom the image is shared with concerns its owner; a member knows only of itself. */
function isKnownTo(ctx: ImageCtx, image: SeenImage, memberId: string): boolean {
  return image.memberId === undefined || image.memberId === memberId || ctx.allows("context_is_admin");
}

async function memberFetch(ctx: ImageCtx, db: Db, image: SeenImage, memberId: string): Promise<ImageMember> {
  imageEnforce(ctx, "get_member", image);
  const member = isKnownTo(ctx, image, memberId) ? await imageMemberFind(db, image.id, memberId) : undefined;
  if (member) return member;
  throw new CloudError("not-found", `${memberId} not found in the member list of the image ${image.id}.`);
}

export async function memberList(ctx: ImageCtx, imageId: string): Promise<readonly ImageMember[]> {
  const { db } = ctx.deps.database;
  const refusal = `Not allowed to list members for image ${imageId}: ${onlyShared}`;
  const image = await sharedImageFetch(ctx, db, imageId, refusal);
  imageEnforce(ctx, "get_members", image);
  const members = await imageMemberList(db, image.id);
  return members.filter(({ memberId }) => isKnownTo(ctx, image, memberId));
}

/** Glance tells nobody who asks about one member that something is forbidden, only that there is none. */
export async function memberShow(ctx: ImageCtx, imageId: string, memberId: string): Promise<ImageMember> {
  const { db } = ctx.deps.database;
  try {
    return await memberFetch(ctx, db, await sharedImageFetch(ctx, db, imageId, onlyShared), memberId);
  } catch (cause) {
    if (!(cause instanceof CloudError) || cause.code !== "forbidden") throw cause;
    throw new CloudError("not-found", cause.message, { cause });
  }
}

export function memberAdd(ctx: ImageCtx, imageId: string, memberId: string): Promise<ImageMember> {
  return ctx.deps.database.transaction(async (tx) => {
    const refusal = `Not allowed to create members for image ${imageId}.`;
    const image = await sharedImageFetch(ctx, tx, imageId, refusal);
    imageEnforce(ctx, "add_member", image);
    const members = await imageMemberList(tx, image.id);
    if (members.some((member) => member.memberId === memberId)) {
      throw new CloudError("already-exists", `Member ${memberId} is duplicated for image ${image.id}`);
    }
    requireRoomForMember(image.id, members.length);
    const now = ctx.clock.now();
    const member: ImageMember = {
      imageId: image.id,
      memberId,
      status: "pending",
      createdAt: now,
      updatedAt: now,
    };
    await imageMemberInsert(tx, member);
    return member;
  });
}

/** The member's own answer to the offer; its owner cannot give it. */
export function memberAnswer(
  ctx: ImageCtx,
  imageId: string,
  memberId: string,
  status: unknown,
): Promise<ImageMember> {
  return ctx.deps.database.transaction(async (tx) => {
    const refusal = `Not allowed to update members for image ${imageId}.`;
    const image = await sharedImageFetch(ctx, tx, imageId, refusal);
    const before = await memberFetch(ctx, tx, image, memberId);
    imageEnforce(ctx, "modify_member", image);
    const member = { ...before, status: parseMemberStatus(status), updatedAt: ctx.clock.now() };
    await imageMemberUpdate(tx, member);
    return member;
  });
}

export async function memberRemove(ctx: ImageCtx, imageId: string, memberId: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    const refusal = `Not allowed to delete members for image ${imageId}.`;
    const image = await sharedImageFetch(ctx, tx, imageId, refusal);
    const member = await memberFetch(ctx, tx, image, memberId);
    imageEnforce(ctx, "delete_member", image);
    await imageMemberDelete(tx, image.id, member.memberId);
  });
}
