import { operation, Reply } from "#http/index.ts";
import { aggregateRemove } from "../../app/aggregate.ts";
import type { ComputeDeps } from "../../app/deps.ts";

/** DELETE /os-aggregates/{id}; 200, as Nova has it. */
export const aggregateDelete = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    await aggregateRemove(ctx, params["id"] ?? "");
    return new Reply(200);
  },
});
