import { CloudError } from "#base/errors.ts";
import { serverUsageList, type ServerUsage } from "../store/server-usages.ts";
import type { ComputeCtx } from "./deps.ts";

export interface UsageQuery {
  readonly start: number;
  readonly stop: number;
  /** Undefined: all projects. */
  readonly projectId: string | undefined;
  readonly limit: number;
  /** The id of the server before the page. */
  readonly marker: string | undefined;
}

/** A page of what servers took within the time, by project. Throws `invalid` for a marker that is not there. */
export async function serverUsages(ctx: ComputeCtx, query: UsageQuery): Promise<ServerUsage[]> {
  const all = await serverUsageList(ctx.deps.database.db, query);
  const start =
    query.marker === undefined ? 0 : all.findIndex(({ serverId }) => serverId === query.marker) + 1;
  if (query.marker !== undefined && start === 0)
    throw new CloudError("invalid", `Marker ${query.marker} could not be found.`);
  return all.slice(start, start + query.limit);
}
