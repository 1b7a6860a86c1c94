import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { hostsAll, hostServers } from "../../app/host.ts";
import { usage } from "./view.ts";

/** GET /os-hypervisors/statistics, until 2.87 */
export const hypervisorStatistics = operation<ComputeDeps>({
  handle: async (ctx) => {
    const hosts = (await hostsAll(ctx)).filter((host) => !host.disabled);
    const total: Record<string, number> = { count: hosts.length };
    for (const host of hosts) {
      for (const [name, amount] of Object.entries(usage(host, await hostServers(ctx, host)))) {
        total[name] = (total[name] ?? 0) + amount;
      }
    }
    return { hypervisor_statistics: total };
  },
});
