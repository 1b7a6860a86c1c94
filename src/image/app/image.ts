import { CloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import { requireWithinQuota, requireWritable, settableAttributes } from "../domain/attributes.ts";
import { requireTransition, type Image, type ImageStatus, type SeenImage } from "../domain/image.ts";
import { imageChanged, withAttribute } from "../domain/image-change.ts";
import type { ImageListQuery } from "../domain/image-list-query.ts";
import type { AttributeValue } from "../domain/image-schema.ts";
import type { Change } from "../domain/patch.ts";
import { imageDelete, imageFind, imageInsert, imageUpdate } from "../store/images.ts";
import {
  imageAllows,
  imageEnforce,
  imageFetchVisible,
  ownerEnforce,
  viewerOfCtx,
  visibilityEnforce,
} from "./authorization.ts";
import type { ImageCtx } from "./deps.ts";
import { imagePageRead } from "./image-page.ts";

/** An image as it begins: queued, of the caller's project, `shared` as Glance's default visibility. */
export function imageNew(id: string, owner: string | null, now: number): Image {
  return {
    id,
    name: null,
    status: "queued",
    visibility: "shared",
    owner,
    isProtected: false,
    isHidden: false,
    diskFormat: null,
    containerFormat: null,
    minDiskGiB: 0,
    minRamMiB: 0,
    sizeBytes: null,
    virtualSizeBytes: null,
    md5: null,
    sha512: null,
    dataId: null,
    properties: {},
    tags: [],
    createdAt: now,
    updatedAt: now,
  };
}

export async function imageCreate(
  ctx: ImageCtx,
  attributes: Readonly<Record<string, AttributeValue>>,
): Promise<Image> {
  const { id, ...others } = attributes;
  const properties: Record<string, string | null> = {};
  const imageId = typeof id === "string" ? id.toLowerCase() : newUuid();
  let image = imageNew(imageId, ctx.caller.projectId ?? null, ctx.clock.now());
  for (const [name, value] of Object.entries(others)) {
    requireWritable(name, true);
    if (settableAttributes.has(name)) image = withAttribute(image, name, value);
    else properties[name] = value as string | null;
  }
  image = { ...image, properties };
  requireWithinQuota(image.properties, image.tags);
  imageEnforce(ctx, "add_image", image);
  visibilityEnforce(ctx, image);
  await ctx.deps.database.transaction(async (tx) => {
    if (await imageFind(tx, image.id)) {
      throw new CloudError("already-exists", `Image ID ${image.id} already exists!`);
    }
    await imageInsert(tx, image);
  });
  return image;
}

export function imageShow(ctx: ImageCtx, imageId: string): Promise<Image> {
  return imageFetchVisible(ctx, ctx.deps.database.db, imageId);
}

export interface ImagePage {
  readonly images: readonly Image[];
  /** Where the next page begins. */
  readonly nextMarker: string | undefined;
}

export async function imagePage(ctx: ImageCtx, query: ImageListQuery): Promise<ImagePage> {
  const after = query.marker === undefined ? undefined : await markerFetch(ctx, query.marker);
  const found = await imagePageRead(ctx.deps.pages, { query, viewer: viewerOfCtx(ctx), after });
  const images = found.filter((image) => imageAllows(ctx, "get_image", seen(ctx, image)));
  const nextMarker = found.length === query.limit ? images.at(-1)?.id : undefined;
  return { images, nextMarker };
}

/** What is shared and not the project's own is in a list because the project is a member. */
function seen(ctx: ImageCtx, image: Image): SeenImage {
  const { projectId } = ctx.caller;
  const isMember = image.visibility === "shared" && image.owner !== projectId;
  return isMember && projectId !== undefined ? { ...image, memberId: projectId } : image;
}

async function markerFetch(ctx: ImageCtx, marker: string): Promise<Image> {
  try {
    return await imageFetchVisible(ctx, ctx.deps.database.db, marker);
  } catch (cause) {
    throw new CloudError(
      "invalid",
      `No image found with ID ${marker}: the marker must be an image of the list.`,
      {
        cause,
      },
    );
  }
}

export function imageModify(ctx: ImageCtx, imageId: string, changes: readonly Change[]): Promise<Image> {
  return ctx.deps.database.transaction(async (tx) => {
    const image = await imageFetchVisible(ctx, tx, imageId);
    imageEnforce(ctx, "modify_image", image);
    if (changes.length === 0) return image;
    const changed = { ...imageChanged(image, changes), updatedAt: ctx.clock.now() };
    if (changes.some((change) => change.name === "owner")) ownerEnforce(ctx);
    if (changed.visibility !== image.visibility) visibilityEnforce(ctx, changed);
    await imageUpdate(tx, changed);
    return changed;
  });
}

/** Data that is being read stays readable to its reader: the file lives until it is closed. */
export async function imageRemove(ctx: ImageCtx, imageId: string): Promise<void> {
  const image = await ctx.deps.database.transaction(async (tx) => {
    const found = await imageFetchVisible(ctx, tx, imageId);
    imageEnforce(ctx, "delete_image", found);
    if (found.isProtected) {
      throw new CloudError("forbidden", `Image ${found.id} is protected and cannot be deleted.`);
    }
    await imageDelete(tx, found.id);
    return found;
  });
  if (image.dataId !== null) await ctx.deps.folder.remove({ imageId: image.id, dataId: image.dataId });
  ctx.deps.removed(image.id);
}

/** Repeating either is harmless, as in Glance. */
export async function imageActivate(
  ctx: ImageCtx,
  imageId: string,
  status: Extract<ImageStatus, "active" | "deactivated">,
): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    const image = await imageFetchVisible(ctx, tx, imageId);
    imageEnforce(ctx, status === "active" ? "reactivate" : "deactivate", image);
    if (image.status === status) return;
    if (image.status === "queued" || image.status === "saving") {
      throw new CloudError(
        "forbidden",
        `Not allowed to ${status === "active" ? "reactivate" : "deactivate"} image in status '${image.status}'`,
      );
    }
    requireTransition(image.status, status);
    await imageUpdate(tx, { ...image, status, updatedAt: ctx.clock.now() });
  });
}
