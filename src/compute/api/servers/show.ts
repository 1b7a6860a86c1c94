import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { hostsById } from "../../app/host.ts";
import { serverFetch } from "../../app/server.ts";
import { serverGroupIds } from "../../app/server-group.ts";
import { serverDetail } from "./view.ts";

/** GET /servers/{id} */
export const serverShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const server = await serverFetch(ctx, params["id"] ?? "", "os_compute_api:servers:show");
    const hosts = await hostsById(ctx);
    return { server: serverDetail(ctx, server, hosts, await serverGroupIds(ctx, server.id)) };
  },
});
