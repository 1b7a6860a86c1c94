import type { Database } from "#db/index.ts";
import type { Ctx } from "#http/index.ts";
import type { ImageFolder } from "../files/image-folder.ts";

export interface ImageDeps {
  readonly database: Database;
  readonly folder: ImageFolder;
}

export type ImageCtx = Ctx<ImageDeps>;
