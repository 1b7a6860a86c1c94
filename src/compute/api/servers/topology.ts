import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { serverFetch } from "../../app/server.ts";

/** GET /servers/{id}/topology, since 2.78: no server is bound to NUMA nodes. */
export const serverTopology = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    await serverFetch(ctx, params["id"] ?? "", "compute:server:topology:index");
    return { nodes: [], pagesize_kb: null };
  },
});
