import type { Clock } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import type { Tx } from "#db/index.ts";
import { imageNotFound, requireTransition, type Image } from "../domain/image.ts";
import { imageFactsOf, type ImageFacts } from "../domain/image-facts.ts";
import type { DataName } from "../files/image-folder.ts";
import { imageListByProperties } from "../store/image-properties.ts";
import { imageDelete, imageFind, imageUpdate } from "../store/images.ts";
import { imageDataWrite, type WrittenFacts } from "./data-write.ts";
import type { ImageDeps } from "./deps.ts";

/** Data that another service made, and how it knows that all of it arrived. */
export interface ImageContent {
  readonly diskFormat: string;
  readonly containerFormat: string;
  /** Beside those that the image has. */
  readonly properties: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha512: string;
  readonly chunks: AsyncIterable<Buffer>;
}

/** What another service does to images long after whoever asked for it has gone: nobody is asked for permission. */
export interface ImageKeeper {
  /** Undefined when it has been deleted. */
  find(imageId: string): Promise<ImageFacts | undefined>;
  /**
   * queued → saving → active; an active one is left as it is. On any error it is queued again and the partial file gone. Throws
   * `not-found` when the image was deleted, also meanwhile; `conflict` when the data is not what was announced.
   */
  store(imageId: string, content: ImageContent): Promise<void>;
  /** The image and its data, whatever state it is in; none is no error. */
  discard(imageId: string): Promise<void>;
  /** Of a project, with all of these properties; newest first. */
  list(owner: string, properties: Readonly<Record<string, string>>): Promise<ImageFacts[]>;
  /** As `discard`, but false for one that is protected, which stays. */
  remove(imageId: string): Promise<boolean>;
}

export function imageKeeper(deps: ImageDeps, clock: Clock): ImageKeeper {
  const { database } = deps;
  return {
    async find(imageId) {
      const image = await imageFind(database.db, imageId);
      return image && imageFactsOf(image);
    },
    store: (imageId, content) => imageStore(deps, clock, imageId, content),
    discard: async (imageId) => void (await imageDiscard(deps, imageId, () => true)),
    remove: (imageId) => imageDiscard(deps, imageId, ({ isProtected }) => !isProtected),
    async list(owner, properties) {
      return (await imageListByProperties(database.db, owner, properties)).map(imageFactsOf);
    },
  };
}

async function imageStore(
  deps: ImageDeps,
  clock: Clock,
  imageId: string,
  content: ImageContent,
): Promise<void> {
  const { database, folder } = deps;
  const name: DataName = { imageId, dataId: newUuid() };
  const isNew = await database.transaction((tx) => storeBegin(tx, name, content, clock.now()));
  if (!isNew) return;
  try {
    const facts = await imageDataWrite(folder, name, content.diskFormat, content.chunks);
    requireWhole(imageId, content, facts);
    await database.transaction((tx) => storeEnd(tx, name, { content, facts, now: clock.now() }));
  } catch (error) {
    await folder.remove(name);
    await database.transaction(async (tx) => {
      const image = await imageFind(tx, imageId);
      if (image?.status !== "saving" || image.dataId !== name.dataId) return;
      await imageUpdate(tx, { ...image, status: "queued", dataId: null, updatedAt: clock.now() });
    });
    throw error;
  }
}

/** False when there is nothing to do. */
async function storeBegin(tx: Tx, name: DataName, content: ImageContent, now: number): Promise<boolean> {
  const image = await imageFind(tx, name.imageId);
  if (!image) throw imageNotFound(name.imageId);
  if (image.status === "active" || image.status === "deactivated") return false;
  // An attempt that a crash ended is taken over; an upload that runs finds out at its end.
  if (image.status !== "saving") requireTransition(image.status, "saving");
  const { diskFormat, containerFormat } = content;
  await imageUpdate(tx, {
    ...image,
    diskFormat,
    containerFormat,
    status: "saving",
    dataId: name.dataId,
    updatedAt: now,
  });
  return true;
}

function requireWhole(imageId: string, { sizeBytes, sha512 }: ImageContent, facts: WrittenFacts): void {
  if (facts.sizeBytes === sizeBytes && facts.sha512 === sha512) return;
  throw new CloudError(
    "conflict",
    `The data of image ${imageId} arrived damaged: expected ${sizeBytes} bytes with SHA-512 ${sha512}, received ` +
      `${facts.sizeBytes} bytes with SHA-512 ${facts.sha512}.`,
  );
}

async function storeEnd(
  tx: Tx,
  name: DataName,
  end: { readonly content: ImageContent; readonly facts: WrittenFacts; readonly now: number },
): Promise<void> {
  const image = await imageFind(tx, name.imageId);
  if (image?.status !== "saving" || image.dataId !== name.dataId) throw imageNotFound(name.imageId);
  const properties = { ...image.properties, ...end.content.properties };
  await imageUpdate(tx, { ...image, ...end.facts, properties, status: "active", updatedAt: end.now });
}

async function imageDiscard(
  { database, folder, removed }: ImageDeps,
  imageId: string,
  permit: (image: Image) => boolean,
): Promise<boolean> {
  const found = await database.transaction(async (tx) => {
    const image = await imageFind(tx, imageId);
    if (!image || !permit(image)) return image;
    await imageDelete(tx, image.id);
    return image;
  });
  if (!found) return true;
  if (!permit(found)) return false;
  if (found.dataId !== null) await folder.remove({ imageId: found.id, dataId: found.dataId });
  removed(found.id);
  return true;
}
