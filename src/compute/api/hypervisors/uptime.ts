import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { hostUptime } from "../../app/host-uptime.ts";
import { hostOfPath } from "../host-id.ts";
import { hypervisorSummary } from "./view.ts";

/** GET /os-hypervisors/{id}/uptime, until 2.87 */
export const hypervisorUptime = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const host = await hostOfPath(ctx, params["id"] ?? "", "Hypervisor with ID");
    return { hypervisor: { ...hypervisorSummary(ctx, host), uptime: await hostUptime(ctx, host) } };
  },
});
