import { sagaAbandon, sagaList, sagaPrune } from "#saga/index.ts";
import type { ComputeDeps } from "../app/deps.ts";
import { serverFind, serverUpdate } from "../store/servers.ts";

/** How long the log of a saga that ended is kept. */
const keptMs = 7 * 24 * 3_600_000;

/**
 * A saga whose undo failed is stuck, as when its host was away for long. Its server says so (ERROR, with the reason, and it may
 * be deleted), and the undo is tried again for as long as the server is there.
 */
export async function stuckSagasRetry({ database, executor, clock, log }: ComputeDeps): Promise<void> {
  for (const run of await sagaList(database.db, { state: "stuck" })) {
    const server = run.resource === undefined ? undefined : await serverFind(database.db, run.resource);
    if (!server) {
      // Deleted meanwhile, with everything that the undo was for.
      if (run.resource !== undefined)
        await database.transaction((tx) => sagaAbandon(tx, run.id, clock.now()));
      continue;
    }
    const message = run.stuckReason ?? "An operation on this server is stuck.";
    log.warn(
      { sagaId: run.id, saga: run.name, serverId: server.id, reason: message },
      "a stuck saga is tried again",
    );
    if (server.taskState !== undefined && server.taskState !== "deleting") {
      const fault = { code: 500, message, created: clock.now() };
      const changes = { vmState: "error", taskState: null, fault } as const;
      await database.transaction((tx) => serverUpdate(tx, server.id, changes, clock.now()));
    }
    await executor.retry(run.id);
  }
}

export async function endedSagasPrune({ database, clock }: ComputeDeps): Promise<void> {
  await database.transaction((tx) => sagaPrune(tx, clock.now() - keptMs));
}
