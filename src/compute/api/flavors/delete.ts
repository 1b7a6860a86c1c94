import { operation, Reply } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { flavorRemove } from "../../app/flavor.ts";

/** DELETE /flavors/{id} */
export const flavorDelete = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    await flavorRemove(ctx, params["id"] ?? "");
    return new Reply(202);
  },
});
