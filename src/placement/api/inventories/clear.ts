import { CloudError } from "#base/errors.ts";
import { atLeast, operation } from "#http/index.ts";
import { inventoriesSet } from "../../app/inventory.ts";
import type { PlacementDeps } from "../../deps.ts";

/** DELETE /resource_providers/{uuid}/inventories, since 1.5: 405 before, where other new routes are 404 */
export const inventoriesClear = operation<PlacementDeps>({
  async handle(ctx, { params }) {
    if (!atLeast(ctx, "1.5")) {
      throw new CloudError("method-not-allowed", "The method specified is not allowed for this resource.", {
        data: { allow: "GET, POST, PUT" },
      });
    }
    await inventoriesSet(ctx, params["uuid"] ?? "", {
      settings: {},
      generation: undefined,
      mayReserveAll: true,
    });
  },
});
