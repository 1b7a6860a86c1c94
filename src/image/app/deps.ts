import type { Database, Kept } from "#db/index.ts";
import type { Ctx } from "#http/index.ts";
import type { Image } from "../domain/image.ts";
import type { ImageFolder } from "../files/image-folder.ts";

export interface ImageDeps {
  readonly database: Database;
  readonly folder: ImageFolder;
  /** Pages of lists, by who asks for what (`image-page.ts`). */
  /** Told of each image that is gone, after it is. */
  readonly removed: (imageId: string) => void;
  readonly pages: Kept<readonly Image[]>;
}

export type ImageCtx = Ctx<ImageDeps>;
