import { errorText } from "#base/errors.ts";
import type { ComputeDeps } from "../app/deps.ts";
import { serverResizeAutoConfirm } from "../app/server-resize-end.ts";
import { serverMigrationListUnconfirmed } from "../store/server-migrations.ts";
import { serverFind } from "../store/servers.ts";

/** Confirms resizes that nobody confirmed or reverted in time (nova.compute.manager._poll_unconfirmed_resizes). */
export async function resizesConfirm(deps: ComputeDeps): Promise<void> {
  const { database, clock, intervals, log } = deps;
  if (intervals.resizeConfirmS === 0) return;
  const before = clock.now() - intervals.resizeConfirmS * 1_000;
  for (const migration of await serverMigrationListUnconfirmed(database.db, before)) {
    const server = await serverFind(database.db, migration.serverId);
    if (server?.vmState !== "resized" || server.taskState !== undefined) continue;
    try {
      await serverResizeAutoConfirm(deps, server, migration);
      log.info({ serverId: server.id, migration: migration.uuid }, "a resize is confirmed by itself");
    } catch (error) {
      log.warn({ serverId: server.id, error: errorText(error) }, "a resize could not be confirmed by itself");
    }
  }
}
