import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { serverRemove } from "../../app/server-remove.ts";

/** DELETE /servers/{id} */
export const serverDelete = operation<ComputeDeps>({
  handle: async (ctx, { params }) => serverRemove(ctx, params["id"] ?? ""),
});
