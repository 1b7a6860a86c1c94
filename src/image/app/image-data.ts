import type { Readable } from "node:stream";
import { CloudError, errorText, isCloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import type { Tx } from "#db/index.ts";
import type { ByteRange } from "../domain/byte-range.ts";
import { requireTransition, type Image } from "../domain/image.ts";
import type { DataName } from "../files/image-folder.ts";
import { imageFind, imageUpdate } from "../store/images.ts";
import { imageEnforce, imageFetchVisible } from "./authorization.ts";
import { imageDataWrite, type WrittenFacts } from "./data-write.ts";
import type { ImageCtx } from "./deps.ts";

/**
 * queued → saving → active. On any failure, or when the client goes away, the image is queued again and the
 * partial file gone; what a killed process leaves is repaired by `imageRecover`.
 */
export async function imageUpload(ctx: ImageCtx, imageId: string, body: Readable): Promise<void> {
  const { folder, database } = ctx.deps;
  const image = await database.transaction((tx) => uploadBegin(ctx, tx, imageId));
  const name: DataName = { imageId: image.id, dataId: image.dataId ?? "" };
  try {
    const facts = await imageDataWrite(
      folder,
      name,
      image.diskFormat ?? "",
      body.iterator({ destroyOnReturn: false }),
    );
    await database.transaction((tx) => uploadEnd(ctx, tx, name, facts));
  } catch (error) {
    await folder.remove(name);
    await database.transaction((tx) => uploadUndo(ctx, tx, name));
    throw uploadError(error, body);
  }
}

async function uploadBegin(ctx: ImageCtx, tx: Tx, imageId: string): Promise<Image> {
  const image = await imageFetchVisible(ctx, tx, imageId);
  imageEnforce(ctx, "upload_image", image);
  requireTransition(image.status, "saving");
  const missing = [
    ...(image.diskFormat === null ? ["disk_format"] : []),
    ...(image.containerFormat === null ? ["container_format"] : []),
  ];
  if (missing.length > 0) {
    throw new CloudError("invalid", `Properties ${missing.join(", ")} must be set prior to saving data.`);
  }
  const saving: Image = { ...image, status: "saving", dataId: newUuid(), updatedAt: ctx.clock.now() };
  await imageUpdate(tx, saving);
  return saving;
}

/** The image may have been deleted, or changed in other attributes, while the data came. */
async function uploadEnd(ctx: ImageCtx, tx: Tx, name: DataName, facts: WrittenFacts): Promise<void> {
  const image = await imageFind(tx, name.imageId);
  if (image?.status !== "saving" || image.dataId !== name.dataId) {
    throw new CloudError(
      "not-found",
      `Image ${name.imageId} could not be found after upload. The image may have been deleted during the upload, cleaning up the chunks uploaded.`,
    );
  }
  await imageUpdate(tx, {
    ...image,
    ...facts,
    status: "active",
    updatedAt: ctx.clock.now(),
  });
}

async function uploadUndo(ctx: ImageCtx, tx: Tx, name: DataName): Promise<void> {
  const image = await imageFind(tx, name.imageId);
  if (image?.status !== "saving" || image.dataId !== name.dataId) return;
  await imageUpdate(tx, { ...image, status: "queued", dataId: null, updatedAt: ctx.clock.now() });
}

function uploadError(error: unknown, body: Readable): unknown {
  if (isCloudError(error) || !(body.errored || body.destroyed)) return error;
  return new CloudError("timeout", "The client closed the connection before all of the data had come.", {
    detail: errorText(error),
    cause: error,
  });
}

export interface ImageDownload {
  readonly image: Image;
  /** Undefined when the image has no data. */
  readonly data: Readable | undefined;
  /** Which part the data is; undefined: all. */
  readonly range: ByteRange | undefined;
}

/** `rangeOf` reads from the request which part it wants, when the size is known. */
export async function imageDownload(
  ctx: ImageCtx,
  imageId: string,
  rangeOf: (sizeBytes: number) => ByteRange | undefined,
): Promise<ImageDownload> {
  const image = await imageFetchVisible(ctx, ctx.deps.database.db, imageId);
  if (image.status === "deactivated" && !ctx.allows("context_is_admin")) {
    throw new CloudError(
      "forbidden",
      "The requested image has been deactivated. Image data download is forbidden.",
    );
  }
  imageEnforce(ctx, "download_image", image);
  if (image.status === "queued" || image.status === "saving" || image.dataId === null)
    return { image, data: undefined, range: undefined };
  const range = rangeOf(image.sizeBytes ?? 0);
  const data = await ctx.deps.folder.stream({ imageId: image.id, dataId: image.dataId }, range);
  return { image, data, range };
}
