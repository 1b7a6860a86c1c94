import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { hostOfPath } from "../host-id.ts";

/** GET /os-hypervisors/{id}/uptime, until 2.87. Agents do not report it: Nova's 501 for such a driver, which clients know. */
export const hypervisorUptime = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    await hostOfPath(ctx, params["id"] ?? "", "Hypervisor with ID");
    throw new CloudError("not-implemented", "Virt driver does not implement uptime function.");
  },
});
