import { CloudError } from "#base/errors.ts";
import type { Server } from "../domain/server.ts";
import type { ServerTest } from "../domain/server-filter.ts";
import { deletedServerList } from "../store/deleted-servers.ts";
import type { ComputeCtx } from "./deps.ts";

export interface ServerQuery {
  /** The rule that lets the caller see all projects; undefined: only the caller's own servers are asked for. */
  readonly allTenantsRule: string | undefined;
  /** With all tenants: only this project's. */
  readonly projectId: string | undefined;
  readonly matches: ServerTest;
  /** With those that were deleted at this time or later; undefined: without. */
  readonly deletedSince: number | undefined;
  /** Undefined: newest first, which is how they are kept. */
  readonly order: ((left: Server, right: Server) => number) | undefined;
  readonly limit: number;
  readonly marker: string | undefined;
}

/**
 * A page of the servers that the caller may see. The marker need not pass the filter: the page goes on behind its place.
 * Throws `invalid` for a marker that the caller does not see.
 */
export async function serversVisible(ctx: ComputeCtx, query: ServerQuery): Promise<Server[]> {
  if (query.allTenantsRule !== undefined) ctx.enforce(query.allTenantsRule);
  const { projectId: ownProject, userId } = ctx.caller;
  const own = query.allTenantsRule === undefined;
  const project = own ? ownProject : query.projectId;
  const live = (await ctx.deps.kept.servers.get(project ?? "all")) ?? [];
  const scope = await withDeleted(ctx, live, project, query.deletedSince);
  // Who asks without a project has only what is theirs.
  const visible =
    own && ownProject === undefined ? scope.filter((server) => server.userId === userId) : scope;
  const marker = query.marker === undefined ? undefined : visible.find(({ id }) => id === query.marker);
  if (query.marker !== undefined && !marker)
    throw new CloudError("invalid", `marker [${query.marker}] not found`);
  const { order, matches, limit } = query;
  if (!order) {
    const behind = marker ? visible.slice(visible.indexOf(marker) + 1) : visible;
    return behind.filter(matches).slice(0, limit);
  }
  return visible
    .filter((server) => matches(server) && (!marker || order(marker, server) < 0))
    .toSorted(order)
    .slice(0, limit);
}

/** Newest first, as all are. */
async function withDeleted(
  ctx: ComputeCtx,
  live: readonly Server[],
  projectId: string | undefined,
  since: number | undefined,
): Promise<readonly Server[]> {
  if (since === undefined) return live;
  const deleted = await deletedServerList(ctx.deps.database.db, { projectId, since });
  if (deleted.length === 0) return live;
  const newestFirst = (left: Server, right: Server): number =>
    right.createdAt - left.createdAt || (left.id < right.id ? 1 : -1);
  return [...live, ...deleted].toSorted(newestFirst);
}
