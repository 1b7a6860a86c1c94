import { operation, Reply } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { serverGroupRemove } from "../../app/server-group.ts";

/** DELETE /os-server-groups/{id} */
export const serverGroupDelete = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    await serverGroupRemove(ctx, params["id"] ?? "");
    return new Reply(204);
  },
});
