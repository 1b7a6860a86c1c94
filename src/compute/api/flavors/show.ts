import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { flavorFetch } from "../../app/flavor.ts";
import { flavorDetail } from "./view.ts";

/** GET /flavors/{id} */
export const flavorShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => ({
    flavor: flavorDetail(ctx, await flavorFetch(ctx, params["id"] ?? "")),
  }),
});
