import { errorText } from "#base/errors.ts";
import type { ComputeDeps } from "../app/deps.ts";
import { serverReclaim } from "../app/server-remove.ts";
import { serverListIdle } from "../store/servers.ts";

/** Deletes servers for good that were soft-deleted long enough (nova.compute.manager._reclaim_queued_deletes). */
export async function softDeletedReclaim(deps: ComputeDeps): Promise<void> {
  const { database, clock, intervals, log } = deps;
  if (intervals.reclaimS === 0) return;
  const before = clock.now() - intervals.reclaimS * 1_000;
  for (const server of await serverListIdle(database.db, "soft-delete")) {
    if ((server.softDeletedAt ?? server.updatedAt) > before) continue;
    try {
      await serverReclaim(deps, server);
      log.info({ serverId: server.id }, "a soft-deleted server is reclaimed");
    } catch (error) {
      log.warn(
        { serverId: server.id, error: errorText(error) },
        "a soft-deleted server could not be reclaimed",
      );
    }
  }
}
