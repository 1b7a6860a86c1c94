import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { serverFetch } from "../../app/server.ts";

/** GET /servers/{id}/ips: none, as servers have no NIC */
export const addressList = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    await serverFetch(ctx, params["id"] ?? "", "os_compute_api:ips:index");
    return { addresses: {} };
  },
});

/** GET /servers/{id}/ips/{network} */
export const addressShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    await serverFetch(ctx, params["id"] ?? "", "os_compute_api:ips:show");
    throw new CloudError("not-found", "Instance is not a member of specified network");
  },
});
