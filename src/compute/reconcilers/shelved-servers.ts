import { newUuid, type SagaId } from "#base/ids.ts";
import { sagaStart } from "#saga/index.ts";
import type { ComputeDeps } from "../app/deps.ts";
import { serverShelveOffload } from "../sagas/server-shelve-offload.ts";
import { serverFind, serverUpdate } from "../store/servers.ts";
import { shelvedBefore } from "../store/shelved-servers.ts";

/** Servers that are shelved for longer than `[DEFAULT] shelved_offload_time` leave their hosts (nova.compute.manager._poll_shelved_instances). */
export async function shelvedServersOffload(deps: ComputeDeps): Promise<void> {
  const { database, clock, executor, shelvedOffloadTimeS } = deps;
  if (shelvedOffloadTimeS <= 0) return;
  const now = clock.now();
  for (const serverId of await shelvedBefore(database.db, now - shelvedOffloadTimeS * 1_000)) {
    const sagaId = newUuid<SagaId>();
    await database.transaction(async (tx) => {
      const server = await serverFind(tx, serverId);
      if (server?.vmState !== "shelved" || server.taskState !== undefined) return;
      await serverUpdate(tx, serverId, { taskState: "shelving_offloading" }, now);
      // Nobody asked for it: no action of the server records it, as in Nova.
      const params = { serverId, requestId: `req-${newUuid()}` };
      await sagaStart(tx, serverShelveOffload, { id: sagaId, params, resource: serverId });
    });
    executor.nudge(sagaId);
  }
}
