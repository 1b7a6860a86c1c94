import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { Database, Migrations, Tx } from "#db/index.ts";
import { imageEnvelope, type Caller, type Ctx, type Service } from "#http/index.ts";
import type { ImageDeps } from "./app/deps.ts";
import { imageDraft, type ImageDraft } from "./app/image-draft.ts";
import { imageKeeper, type ImageKeeper } from "./app/image-keeper.ts";
import { imageProxy, type ImageProxy } from "./app/image-proxy.ts";
import { imageFetch, imageRead } from "./app/peers.ts";
import { imagePagesKept } from "./app/image-page.ts";
import { imageRecover } from "./app/recovery.ts";
import { imageEnsure, type ImageSeed } from "./app/seed.ts";
import type { ImageFacts } from "./domain/image-facts.ts";
import { openImageFolder } from "./files/image-folder.ts";
import { imagePolicyRules } from "./policy-rules.ts";
import { imageRoutes } from "./routes.ts";
import { imageFind } from "./store/images.ts";
import { migration } from "./store/migrations/0002-image.ts";
import { membersMigration } from "./store/migrations/0020-image-members.ts";
import { metadefsMigration } from "./store/migrations/0021-image-metadefs.ts";
import { metadefDefinitionsMigration } from "./store/migrations/0022-image-metadef-definitions.ts";

export { imagePolicyRules } from "./policy-rules.ts";
export type { ImageFacts } from "./domain/image-facts.ts";
export type { ImageDraft } from "./app/image-draft.ts";
export type { ImageContent, ImageKeeper } from "./app/image-keeper.ts";
export type { ImageSeed } from "./app/seed.ts";

export const imageMigrations: Migrations = {
  "0002-image": migration,
  "0020-image-members": membersMigration,
  "0021-image-metadefs": metadefsMigration,
  "0022-image-metadef-definitions": metadefDefinitionsMigration,
};

export interface ImageOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  /** Holds one file per image; made 0700 when absent. */
  readonly imagesFolder: string;
}

export interface ImageService {
  readonly service: Service;
  /** `not-found` when the caller may not see the image. */
  imageFetch(caller: Caller, imageId: string): Promise<ImageFacts>;
  /** What a request to another service does to images in its caller's name. */
  readonly proxy: ImageProxy;
  /** An image that the caller of another service asked it to make: checked now, made by what is answered, in that service's transaction. */
  imageDraft(peer: Ctx, draft: ImageDraft): (tx: Tx) => Promise<void>;
  /** For what is done later, without a caller. */
  readonly keeper: ImageKeeper;
  /** Calls the listener after each image that is deleted, until stopped; a killed process calls nobody. */
  onRemoved(listener: (imageId: string) => void): () => void;
  /** At most `length` bytes from `offset`, fewer only at the end of the data; asks nobody for permission. */
  imageRead(imageId: string, offset: number, length: number): Promise<Buffer>;
  /** Idempotent: makes the image from a local file, or renews its data when the file has changed. */
  imageEnsure(seed: ImageSeed): Promise<ImageFacts>;
  imageExists(imageId: string): Promise<boolean>;
  /** To be awaited before requests are served: cleans up uploads that a stopped process left half-done. */
  imageRecover(): Promise<void>;
}

/** The image service: Glance's API v2 over a folder of files. */
export function createImage(options: ImageOptions): ImageService {
  const { database, clock, log } = options;
  const listeners = new Set<(imageId: string) => void>();
  const deps: ImageDeps = {
    database,
    folder: openImageFolder(options.imagesFolder),
    removed: (imageId) => listeners.forEach((listener) => listener(imageId)),
    pages: imagePagesKept(database),
  };
  const service: Service<ImageDeps> = {
    type: "image",
    prefix: "/image",
    envelope: imageEnvelope,
    strictSlashes: true,
    routes: imageRoutes,
    policyRules: imagePolicyRules,
    deps,
  };
  return {
    service,
    imageFetch: (caller, imageId) => imageFetch(deps, caller, imageId),
    proxy: imageProxy(deps),
    imageDraft: (peer, draft) => imageDraft(deps, peer, draft),
    keeper: imageKeeper(deps, clock),
    onRemoved(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    imageRead: (imageId, offset, length) => imageRead(deps, imageId, offset, length),
    imageEnsure: (seed) => imageEnsure(deps, clock, seed),
    imageExists: async (imageId) => (await imageFind(database.db, imageId)) !== undefined,
    imageRecover: () => imageRecover(deps, clock, log),
  };
}
