import { atLeast, operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { hostUptimeFind } from "../../app/host-uptime.ts";
import { hostServers } from "../../app/host.ts";
import { hostOfPath } from "../host-id.ts";
import { queryCheck } from "../query-check.ts";
import { hypervisorDetail, hypervisorServers, withServers } from "./view.ts";

/** GET /os-hypervisors/{id} */
export const hypervisorShow = operation<ComputeDeps>({
  handle: async (ctx, { params, query }) => {
    queryCheck(ctx, query, ["with_servers"], "2.53");
    const wanted = withServers(ctx, query);
    const host = await hostOfPath(ctx, params["id"] ?? "", "Hypervisor with ID");
    const servers = await hostServers(ctx, host);
    const uptime = atLeast(ctx, "2.88") ? await hostUptimeFind(ctx, host) : null;
    return {
      hypervisor: {
        ...hypervisorDetail(ctx, host, servers, uptime),
        ...(wanted ? hypervisorServers(ctx, servers) : {}),
      },
    };
  },
});
