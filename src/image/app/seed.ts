import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import type { Clock } from "#base/clock.ts";
import { newUuid } from "#base/ids.ts";
import type { Image, ImageVisibility } from "../domain/image.ts";
import { imageFactsOf, type ImageFacts } from "../domain/image-facts.ts";
import { imageFind, imageInsert, imageUpdate } from "../store/images.ts";
import { imageDataWrite } from "./data-write.ts";
import type { ImageDeps } from "./deps.ts";

export interface ImageSeed {
  readonly id: string;
  readonly name: string;
  readonly visibility: ImageVisibility;
  /** Project; without it only an administrator may change the image. */
  readonly owner?: string | undefined;
  readonly diskFormat: string;
  readonly containerFormat: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly minDiskGiB: number;
  readonly minRamMiB: number;
  /** The local file that holds the data. */
  readonly path: string;
}

/**
 * Makes the image, or brings its data up to date when the local file has changed. What an operator changed in an
 * image whose data is the same stays.
 */
export async function imageEnsure(deps: ImageDeps, clock: Clock, seed: ImageSeed): Promise<ImageFacts> {
  const before = await imageFind(deps.database.db, seed.id);
  if (before && (await hasDataOf(before, seed.path))) return imageFactsOf(before);
  const name = { imageId: seed.id, dataId: newUuid() };
  const facts = await imageDataWrite(deps.folder, name, seed.diskFormat, createReadStream(seed.path));
  const now = clock.now();
  const image: Image = {
    id: seed.id,
    name: seed.name,
    status: before?.status === "deactivated" ? "deactivated" : "active",
    visibility: seed.visibility,
    owner: seed.owner ?? null,
    isProtected: before?.isProtected ?? false,
    isHidden: before?.isHidden ?? false,
    diskFormat: seed.diskFormat,
    containerFormat: seed.containerFormat,
    minDiskGiB: seed.minDiskGiB,
    minRamMiB: seed.minRamMiB,
    ...facts,
    dataId: name.dataId,
    properties: seed.properties,
    tags: before?.tags ?? [],
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
  await deps.database.transaction((tx) => (before ? imageUpdate(tx, image) : imageInsert(tx, image)));
  if (before && before.dataId !== null) await deps.folder.remove({ imageId: seed.id, dataId: before.dataId });
  return imageFactsOf(image);
}

async function hasDataOf(image: Image, path: string): Promise<boolean> {
  if ((await stat(path)).size !== image.sizeBytes) return false;
  const hash = createHash("sha512");
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest("hex") === image.sha512;
}
