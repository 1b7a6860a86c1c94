import { operation } from "#http/index.ts";
import type { ImageDeps } from "../app/deps.ts";
import { imageSchema, imagesSchema } from "../domain/image-schema.ts";

export const schemaOfImage = operation<ImageDeps>({ handle: async () => imageSchema });
export const schemaOfImages = operation<ImageDeps>({ handle: async () => imagesSchema });

/** No import methods: clients then upload directly. */
export const importInfo = operation<ImageDeps>({
  handle: async () => ({
    "import-methods": { description: "Import methods available.", type: "array", value: [] },
  }),
});
