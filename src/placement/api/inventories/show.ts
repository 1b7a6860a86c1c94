import { operation } from "#http/index.ts";
import { inventoryShow as inventoryRead } from "../../app/inventory.ts";
import type { PlacementDeps } from "../../deps.ts";
import { inventoryAnswer } from "./view.ts";

/** GET /resource_providers/{uuid}/inventories/{resource_class} */
export const inventoryShow = operation<PlacementDeps>({
  handle: async (ctx, { params }) =>
    inventoryAnswer(ctx, await inventoryRead(ctx, params["uuid"] ?? "", params["resource_class"] ?? "")),
});
