import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { hostsAll, hostServers } from "../../app/host.ts";
import type { Host } from "../../store/hosts.ts";
import { hypervisorServers, hypervisorSummary } from "./view.ts";

async function hostsNamed(ctx: ComputeCtx, pattern: string): Promise<Host[]> {
  const hosts = (await hostsAll(ctx)).filter((host) => host.hostname.includes(pattern));
  if (hosts.length > 0) return hosts;
  throw new CloudError("not-found", `No hypervisor matching '${pattern}' could be found.`);
}

/** GET /os-hypervisors/{pattern}/search, until 2.52 */
export const hypervisorSearch = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const hosts = await hostsNamed(ctx, params["id"] ?? "");
    return { hypervisors: hosts.map((host) => hypervisorSummary(ctx, host)) };
  },
});

/** GET /os-hypervisors/{pattern}/servers, until 2.52 */
export const hypervisorSearchServers = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const hypervisors: object[] = [];
    for (const host of await hostsNamed(ctx, params["id"] ?? "")) {
      const shown = hypervisorServers(ctx, await hostServers(ctx, host));
      hypervisors.push({ ...hypervisorSummary(ctx, host), ...shown });
    }
    return { hypervisors };
  },
});
