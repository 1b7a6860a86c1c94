import { listJson, operation, rowJson } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { hostsById } from "../../app/host.ts";
import { serversVisible } from "../../app/server-list.ts";
import type { Server } from "../../domain/server.ts";
import type { Host } from "../../store/hosts.ts";
import { serverOrder } from "../../domain/server-sort.ts";
import { nextLinks } from "../links.ts";
import { pageOf, type Query } from "../paging.ts";
import { deletedSinceOf, filtersOf, sortOf, strictBoolean, testOf } from "./list-query.ts";
import { serverDetailInList, serverSummary, serverViewKeys, type HostsById } from "./view.ts";

/** GET /servers */
export const serverList = operation<ComputeDeps>({
  handle: async (ctx, { query }) => {
    const { servers, links } = await page(ctx, query, "index", await hostsById(ctx));
    const key = `summary ${ctx.baseUrl}`;
    const rows = servers.map((server) => rowJson(server, key, () => serverSummary(ctx, server)));
    return listJson("servers", rows, links);
  },
});

/** GET /servers/detail */
export const serverListDetail = operation<ComputeDeps>({
  handle: async (ctx, { query }) => {
    const hosts = await hostsById(ctx);
    const { servers, links } = await page(ctx, query, "detail", hosts);
    const keyOf = serverViewKeys(ctx, hosts);
    const rows = servers.map((server) =>
      rowJson(server, keyOf(server), () => serverDetailInList(ctx, server, hosts)),
    );
    return listJson("servers", rows, links);
  },
});

async function page(
  ctx: ComputeCtx,
  query: Query,
  kind: "index" | "detail",
  hosts: HostsById,
): Promise<{ readonly servers: Server[]; readonly links: object }> {
  const { limit, marker } = pageOf(query);
  const filters = filtersOf(ctx, query);
  const hostOf = ({ hostId }: Server): Host | undefined =>
    hostId === undefined ? undefined : hosts.get(hostId);
  const allTenants = filters["all_tenants"] !== undefined && strictBoolean(filters["all_tenants"]);
  const matches = testOf(ctx, query, filters, hostOf);
  const sorted = query["sort_key"] !== undefined || query["sort_dir"] !== undefined;
  const servers = await serversVisible(ctx, {
    allTenantsRule: allTenants ? `os_compute_api:servers:${kind}:get_all_tenants` : undefined,
    projectId: filters["project_id"] ?? filters["tenant_id"],
    matches: matches ?? (() => false),
    deletedSince: matches && deletedSinceOf(query, filters),
    order: sorted ? serverOrder(sortOf(ctx, query), hostOf) : undefined,
    limit,
    marker,
  });
  const full = servers.length === limit && limit > 0;
  const path = kind === "index" ? "/servers" : "/servers/detail";
  const links = nextLinks(ctx, path, { query, lastId: servers.at(-1)?.id, full });
  return { servers, links: links.length === 0 ? {} : { servers_links: links } };
}
