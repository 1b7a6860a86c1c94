import { CloudError } from "#base/errors.ts";
import type { Caller } from "#http/index.ts";
import { imageNotFound, viewerOf } from "../domain/image.ts";
import { imageFactsOf, type ImageFacts } from "../domain/image-facts.ts";
import { imageFind } from "../store/images.ts";
import type { ImageDeps } from "./deps.ts";
import { imageFindVisible } from "./visibility.ts";

/** For other services: the image as the caller may see it, else `not-found`. */
export async function imageFetch(deps: ImageDeps, caller: Caller, imageId: string): Promise<ImageFacts> {
  const image = await imageFindVisible(deps.database.db, imageId, viewerOf(caller));
  if (!image) throw imageNotFound(imageId);
  return imageFactsOf(image);
}

/** A slice of the data, for hosts that copy an image which a server was already admitted with: no caller is asked. */
export async function imageRead(
  deps: ImageDeps,
  imageId: string,
  offset: number,
  length: number,
): Promise<Buffer> {
  const image = await imageFind(deps.database.db, imageId.toLowerCase());
  if (!image) throw imageNotFound(imageId);
  const isReadable = image.status === "active" || image.status === "deactivated";
  if (!isReadable || image.dataId === null) {
    throw new CloudError("conflict", `Image ${imageId} has no data yet: its status is ${image.status}.`);
  }
  return deps.folder.read({ imageId: image.id, dataId: image.dataId }, offset, length);
}
