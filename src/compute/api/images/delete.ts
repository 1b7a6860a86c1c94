import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { imageRemoveAs } from "../../app/image-proxy.ts";

/** DELETE /images/{id}, until 2.35 */
export const imageDelete = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    await imageRemoveAs(ctx, params["id"] ?? "");
  },
});
