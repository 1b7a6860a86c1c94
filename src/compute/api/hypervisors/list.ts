import { CloudError } from "#base/errors.ts";
import { atLeast, operation } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { hostsAll, hostServers } from "../../app/host.ts";
import type { Host } from "../../store/hosts.ts";
import { nextLinks } from "../links.ts";
import { booleanOf, pageOf, queryText, type Query } from "../paging.ts";
import { queryCheck } from "../query-check.ts";
import { hypervisorDetail, hypervisorServers, hypervisorSummary } from "./view.ts";

/** GET /os-hypervisors */
export const hypervisorList = operation<ComputeDeps>({
  handle: (ctx, { query }) =>
    page(ctx, query, {
      path: "/os-hypervisors",
      view: (host) => Promise.resolve(hypervisorSummary(ctx, host)),
    }),
});

/** GET /os-hypervisors/detail */
export const hypervisorListDetail = operation<ComputeDeps>({
  handle: (ctx, { query }) =>
    page(ctx, query, {
      path: "/os-hypervisors/detail",
      view: async (host) => hypervisorDetail(ctx, host, await hostServers(ctx, host)),
    }),
});

const queryNames = ["limit", "marker", "hypervisor_hostname_pattern", "with_servers"];

/** Paging since 2.33; `hypervisor_hostname_pattern` and `with_servers` since 2.53. */
async function page(
  ctx: ComputeCtx,
  query: Query,
  how: { readonly path: string; readonly view: (host: Host) => Promise<object> },
): Promise<object> {
  queryCheck(ctx, query, queryNames, "2.53");
  const pattern = queryText(query, "hypervisor_hostname_pattern");
  const hosts = (await hostsAll(ctx)).filter(
    (host) => pattern === undefined || host.hostname.includes(pattern),
  );
  if (pattern !== undefined && hosts.length === 0) {
    throw new CloudError("not-found", `No hypervisor matching '${pattern}' could be found.`);
  }
  const { limit, marker } = pageOf(query);
  const start = marker === undefined ? 0 : hosts.findIndex(({ id }) => id === marker) + 1;
  if (marker !== undefined && start === 0) throw new CloudError("invalid", `marker [${marker}] not found`);
  const shown = hosts.slice(start, start + limit);
  const withServers = atLeast(ctx, "2.53") && booleanOf(queryText(query, "with_servers")) === true;
  const hypervisors: object[] = [];
  for (const host of shown) {
    const servers = withServers ? await hostServers(ctx, host) : [];
    hypervisors.push({
      ...(await how.view(host)),
      ...(servers.length === 0 ? {} : hypervisorServers(servers)),
    });
  }
  const full = atLeast(ctx, "2.33") && shown.length === limit && limit > 0;
  const links = nextLinks(ctx, how.path, { query, lastId: shown.at(-1)?.id, full });
  return { hypervisors, ...(links.length === 0 ? {} : { hypervisors_links: links }) };
}
