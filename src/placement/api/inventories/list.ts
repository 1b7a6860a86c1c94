import { operation } from "#http/index.ts";
import { inventoriesShow } from "../../app/inventory.ts";
import type { PlacementDeps } from "../../deps.ts";
import { inventoriesAnswer } from "./view.ts";

/** GET /resource_providers/{uuid}/inventories */
export const inventoriesList = operation<PlacementDeps>({
  handle: async (ctx, { params }) => inventoriesAnswer(ctx, await inventoriesShow(ctx, params["uuid"] ?? "")),
});
