import { operation } from "#http/index.ts";
import { allocationsDelete as allocationsErase } from "../../app/allocation.ts";
import type { PlacementDeps } from "../../deps.ts";
import { normalizeUuid } from "../../domain/names.ts";

/** DELETE /allocations/{consumer_uuid} */
export const allocationsDelete = operation<PlacementDeps>({
  handle(ctx, { params }) {
    const uuid = params["consumer_uuid"] ?? "";
    return allocationsErase(ctx, normalizeUuid(uuid) ?? uuid);
  },
});
