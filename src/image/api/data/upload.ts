import { CloudError } from "#base/errors.ts";
import { rawOperation } from "#http/index.ts";
import type { ImageDeps } from "../../app/deps.ts";
import { imageUpload } from "../../app/image-data.ts";

export const upload = rawOperation<ImageDeps, "stream">({
  rawBody: "stream",
  handle: async (ctx, { params, body, headers }) => {
    try {
      const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
      if (type !== "application/octet-stream") {
        throw new CloudError(
          "unsupported-media",
          `Image data needs Content-Type application/octet-stream, not '${type}'.`,
        );
      }
      await imageUpload(ctx, params["image_id"] ?? "", body);
    } catch (error) {
      // A client that still sends reads the answer only after its last byte.
      body.resume();
      throw error;
    }
  },
});
