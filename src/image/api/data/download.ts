import { operation, Reply } from "#http/index.ts";
import type { ImageDeps } from "../../app/deps.ts";
import { imageDownload } from "../../app/image-data.ts";

export const download = operation<ImageDeps>({
  handle: async (ctx, { params }) => {
    const { image, data } = await imageDownload(ctx, params["image_id"] ?? "");
    if (!data) return new Reply(204);
    return new Reply(200, data, {
      "Content-Type": "application/octet-stream",
      "Content-Length": String(image.sizeBytes ?? 0),
      ...(image.md5 === null ? {} : { "Content-MD5": image.md5 }),
    });
  },
});
