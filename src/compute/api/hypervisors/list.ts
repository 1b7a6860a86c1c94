import { CloudError } from "#base/errors.ts";
import { atLeast, operation } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { hostUptimeFind } from "../../app/host-uptime.ts";
import { hostsAll, hostServers } from "../../app/host.ts";
import type { Host } from "../../store/hosts.ts";
import { hostIdOf } from "../host-id.ts";
import { nextLinks } from "../links.ts";
import { pageOf, queryText, type Query } from "../paging.ts";
import { queryCheck, querySingleCheck } from "../query-check.ts";
import { hypervisorDetail, hypervisorServers, hypervisorSummary, withServers } from "./view.ts";

/** GET /os-hypervisors */
export const hypervisorList = operation<ComputeDeps>({
  handle: (ctx, { query }) =>
    answer(ctx, query, {
      path: "/os-hypervisors",
      view: (host) => Promise.resolve(hypervisorSummary(ctx, host)),
    }),
});

/** GET /os-hypervisors/detail */
export const hypervisorListDetail = operation<ComputeDeps>({
  handle: (ctx, { query }) =>
    answer(ctx, query, {
      path: "/os-hypervisors/detail",
      view: async (host) =>
        hypervisorDetail(ctx, host, await hostServers(ctx, host), await uptimeAt288(ctx, host)),
    }),
});

/** Only then hosts are asked: none waits for another. */
async function uptimeAt288(ctx: ComputeCtx, host: Host): Promise<string | null> {
  return atLeast(ctx, "2.88") ? hostUptimeFind(ctx, host) : null;
}

const queryNames = ["limit", "marker", "hypervisor_hostname_pattern", "with_servers"];

async function answer(
  ctx: ComputeCtx,
  query: Query,
  how: { readonly path: string; readonly view: (host: Host) => Promise<object> },
): Promise<object> {
  queryCheck(ctx, query, queryNames, "2.53");
  querySingleCheck(ctx, query, "2.53");
  const servers = withServers(ctx, query);
  const { hosts, links } = select(ctx, query, await hostsAll(ctx), how.path);
  const hypervisors = await Promise.all(
    hosts.map(async (host) => ({
      ...(await how.view(host)),
      ...(servers ? hypervisorServers(ctx, await hostServers(ctx, host)) : {}),
    })),
  );
  return { hypervisors, ...(links.length === 0 ? {} : { hypervisors_links: links }) };
}

/** All before 2.33, pages from then on; since 2.53 a pattern instead. */
function select(
  ctx: ComputeCtx,
  query: Query,
  all: readonly Host[],
  path: string,
): { readonly hosts: readonly Host[]; readonly links: readonly object[] } {
  if (!atLeast(ctx, "2.33")) return { hosts: all, links: [] };
  const { limit, marker } = pageOf(query);
  const pattern = atLeast(ctx, "2.53") ? queryText(query, "hypervisor_hostname_pattern") : undefined;
  if (pattern === "")
    throw new CloudError(
      "invalid",
      "Invalid input for query parameters hypervisor_hostname_pattern. Value: .",
    );
  if (pattern !== undefined) return { hosts: matching(query, all, pattern), links: [] };
  const start =
    marker === undefined ? 0 : all.findIndex((host) => String(hostIdOf(ctx, host)) === marker) + 1;
  if (marker !== undefined && start === 0) throw new CloudError("invalid", `marker [${marker}] not found`);
  const hosts = all.slice(start, start + limit);
  const last = hosts.at(-1);
  const page = {
    query,
    lastId: last && String(hostIdOf(ctx, last)),
    full: hosts.length === limit && limit > 0,
  };
  return { hosts, links: nextLinks(ctx, path, page) };
}

function matching(query: Query, all: readonly Host[], pattern: string): readonly Host[] {
  if (query["limit"] !== undefined || query["marker"] !== undefined) {
    throw new CloudError(
      "invalid",
      "Paging over hypervisors with the hypervisor_hostname_pattern query parameter is not supported.",
    );
  }
  const hosts = all.filter((host) => host.hostname.includes(pattern));
  if (hosts.length > 0) return hosts;
  throw new CloudError("not-found", `No hypervisor matching '${pattern}' could be found.`);
}
