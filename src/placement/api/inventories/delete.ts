import { operation } from "#http/index.ts";
import { inventoryDestroy } from "../../app/inventory.ts";
import type { PlacementDeps } from "../../deps.ts";

/** DELETE /resource_providers/{uuid}/inventories/{resource_class} */
export const inventoryDelete = operation<PlacementDeps>({
  handle: (ctx, { params }) => inventoryDestroy(ctx, params["uuid"] ?? "", params["resource_class"] ?? ""),
});
