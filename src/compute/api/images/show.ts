import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { imageShowAs } from "../../app/image-proxy.ts";
import { imageDetail } from "./view.ts";

/** GET /images/{id}, until 2.35 */
export const imageShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => ({
    image: imageDetail(ctx, await imageShowAs(ctx, params["id"] ?? "")),
  }),
});
