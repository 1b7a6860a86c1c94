import { operation, Reply } from "#http/index.ts";
import type { ImageDeps } from "../../app/deps.ts";
import { imageDownload } from "../../app/image-data.ts";
import { parseByteRange } from "../../domain/byte-range.ts";

export const download = operation<ImageDeps>({
  handle: async (ctx, { params, headers }) => {
    const { image, data, range } = await imageDownload(ctx, params["image_id"] ?? "", (sizeBytes) =>
      parseByteRange({ range: headers.range, "content-range": headers["content-range"] }, sizeBytes),
    );
    if (!data) return new Reply(204);
    const size = image.sizeBytes ?? 0;
    const common = {
      "Content-Type": "application/octet-stream",
      ...(image.md5 === null ? {} : { "Content-MD5": image.md5 }),
    };
    if (!range) return new Reply(200, data, { ...common, "Content-Length": String(size) });
    return new Reply(206, data, {
      ...common,
      "Content-Length": String(range.last - range.first + 1),
      "Content-Range": `bytes ${range.first}-${range.last}/${size}`,
    });
  },
});
