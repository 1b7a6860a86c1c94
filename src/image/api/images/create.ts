import { operation, Reply } from "#http/index.ts";
import type { ImageDeps } from "../../app/deps.ts";
import { imageCreate } from "../../app/image.ts";
import { imageBody } from "../../domain/image-schema.ts";
import { imageView } from "../image-view.ts";

export const create = operation<ImageDeps, typeof imageBody>({
  body: imageBody,
  handle: async (ctx, { body }) => {
    const image = await imageCreate(ctx, body);
    return new Reply(201, imageView(image), { Location: `${ctx.baseUrl}/v2/images/${image.id}` });
  },
});
