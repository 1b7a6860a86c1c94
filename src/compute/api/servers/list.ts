import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { hostsAll } from "../../app/host.ts";
import { serversVisible } from "../../app/server.ts";
import type { Server } from "../../domain/server.ts";
import type { Host } from "../../store/hosts.ts";
import { nextLinks } from "../links.ts";
import { booleanOf, pageOf, queryText, type Query } from "../paging.ts";
import { serverDetailInList, serverSummary } from "./view.ts";

/** GET /servers */
export const serverList = operation<ComputeDeps>({
  handle: async (ctx, { query }) => {
    const { servers, links } = await page(ctx, query, "/servers", await hostsAll(ctx));
    return { servers: servers.map((server) => serverSummary(ctx, server)), ...links };
  },
});

/** GET /servers/detail */
export const serverListDetail = operation<ComputeDeps>({
  handle: async (ctx, { query }) => {
    const hosts = await hostsAll(ctx);
    const byId = new Map(hosts.map((host) => [host.id, host]));
    const { servers, links } = await page(ctx, query, "/servers/detail", hosts);
    return { servers: servers.map((server) => serverDetailInList(ctx, server, byId)), ...links };
  },
});

async function page(
  ctx: ComputeCtx,
  query: Query,
  path: string,
  hosts: readonly Host[],
): Promise<{ readonly servers: Server[]; readonly links: object }> {
  const { limit, marker } = pageOf(query);
  const text = (name: string): string | undefined => queryText(query, name);
  const hostname = text("host");
  const servers = await serversVisible(ctx, {
    allTenants: booleanOf(text("all_tenants")) ?? false,
    projectId: text("project_id") ?? text("tenant_id"),
    userId: text("user_id"),
    status: text("status"),
    name: text("name"),
    imageId: text("image"),
    flavorId: text("flavor"),
    hostname: text("hostname"),
    hostId:
      hostname === undefined ? undefined : (hosts.find((host) => host.hostname === hostname)?.id ?? "none"),
    uuid: text("uuid"),
    changesSince: changesSinceOf(text("changes-since")),
    limit,
    marker,
  });
  const full = servers.length === limit && limit > 0;
  const links = nextLinks(ctx, path, { query, lastId: servers.at(-1)?.id, full });
  return { servers, links: links.length === 0 ? {} : { servers_links: links } };
}

function changesSinceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new CloudError("invalid", `Invalid input for query parameters changes-since. Value: ${text}.`);
  return time;
}
