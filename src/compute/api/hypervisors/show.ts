import { atLeast, operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { hostFetch, hostServers } from "../../app/host.ts";
import { booleanOf, queryText } from "../paging.ts";
import { hypervisorDetail, hypervisorServers } from "./view.ts";

/** GET /os-hypervisors/{id} */
export const hypervisorShow = operation<ComputeDeps>({
  handle: async (ctx, { params, query }) => {
    const host = await hostFetch(ctx, params["id"] ?? "", "Hypervisor with ID");
    const servers = await hostServers(ctx, host);
    const withServers = atLeast(ctx, "2.53") && booleanOf(queryText(query, "with_servers")) === true;
    const shown = withServers && servers.length > 0 ? hypervisorServers(servers) : {};
    return { hypervisor: { ...hypervisorDetail(ctx, host, servers), ...shown } };
  },
});
