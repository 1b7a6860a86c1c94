import { Type } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../app/deps.ts";
import { imageModify } from "../../app/image.ts";
import { parsePatch, patchDrafts } from "../../domain/patch.ts";
import { imageView } from "../image-view.ts";

const body = Type.Unknown();

export const update = operation<ImageDeps, typeof body>({
  body,
  handle: async (ctx, input) => {
    const type = (input.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
    const draft = patchDrafts[type];
    if (!draft) {
      const allowed = Object.keys(patchDrafts).join(", ");
      throw new CloudError("unsupported-media", `Image PATCH expects Content-Type one of: ${allowed}`);
    }
    return imageView(await imageModify(ctx, input.params["image_id"] ?? "", parsePatch(input.body, draft)));
  },
});
