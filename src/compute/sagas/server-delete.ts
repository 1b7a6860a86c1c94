import { commands } from "#bus/index.ts";
import { nothing, saga, type SagaUndo } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { serverBury } from "../store/deleted-servers.ts";
import { serverActionFinish } from "../store/server-actions.ts";
import { serverFind, serverUpdate } from "../store/servers.ts";
import { serverMigrationFindOpen, serverMigrationSet } from "../store/server-migrations.ts";
import { tpmForget } from "../store/tpm-parked.ts";
import { shelvedImageFind, shelvedServerDelete } from "../store/shelved-servers.ts";
import { hostCommand } from "./host-command.ts";
import { secretForget } from "./resize-steps.ts";
import { oldTpmDelete, openMigrationOf } from "./server-resize-confirm.ts";
import {
  fail,
  faultOf,
  othersEnded,
  serverOf,
  waitForOthers,
  type ServerActionParams,
  type ServerStep,
} from "./server-steps.ts";

/** Everything goes, whoever deletes; the row last, so that nothing is left without an owner. */
export const serverDelete = saga<ServerActionParams, ComputeSagaDeps>("server-delete", 1)
  .step("server", { run: nothing, undo: serverFail })
  .step("turn", { run: othersEnded, undo: "none", retry: waitForOthers })
  .step("domain", { run: domainUndefine, undo: "none" })
  .step("tpm", { run: tpmDelete, undo: "none" })
  .step("disks", { run: disksDelete, undo: "none" })
  .step("secret", { run: secretDelete, undo: "none" })
  .step("allocation", { run: allocationRelease, undo: "none" })
  .step("row", { run: rowDelete, undo: "none" });

async function serverFail(step: SagaUndo<ServerActionParams, ComputeSagaDeps>): Promise<void> {
  const { database, clock } = step.deps;
  const fault = faultOf(step.error, 500, clock.now());
  await fail(step, step.error, { vmState: "error", fault });
  // The delete itself has ended: it may be asked for again.
  await database.transaction((tx) =>
    serverUpdate(tx, step.params.serverId, { taskState: null }, clock.now()),
  );
}

async function domainUndefine(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await serverOf(step);
  if (hostId !== undefined) await hostCommand(step, hostId, commands.domainUndefine, { serverId });
}

async function tpmDelete(step: ServerStep): Promise<void> {
  const { id: serverId, hostId, tpm } = await serverOf(step);
  if (hostId === undefined) return;
  await oldTpmDelete(step);
  if (!tpm) return;
  await hostCommand(step, hostId, commands.tpmDelete, { serverId, secretId: tpm.secretId });
}

/** On its host, and in the image that it was shelved in. */
async function disksDelete(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await serverOf(step);
  if (hostId !== undefined) await hostCommand(step, hostId, commands.disksDelete, { serverId });
  const shelved = await shelvedImageFind(step.deps.database.db, serverId);
  if (shelved) await step.deps.image.keeper.discard(shelved.imageId);
}

async function secretDelete(step: ServerStep): Promise<void> {
  const [{ tpm }, resize] = [await serverOf(step), await openMigrationOf(step)];
  // All that a resize which is not confirmed has, on its way or done.
  const all = [tpm, resize?.old.tpm, resize?.new.tpm];
  const byId = new Map(all.flatMap((each) => (each ? [[each.secretId, each] as const] : [])));
  for (const each of byId.values()) await secretForget(step, each);
}

async function allocationRelease(step: ServerStep): Promise<void> {
  await step.deps.placement.allocationRelease(step.params.serverId);
}

async function rowDelete(step: ServerStep): Promise<void> {
  const { database, clock } = step.deps;
  await database.transaction(async (tx) => {
    const server = await serverFind(tx, step.params.serverId);
    await serverBury(tx, step.params.serverId, clock.now());
    // Here, because a host may have been about to hand in a last state.
    await tpmForget(tx, step.params.serverId);
    const resize = await serverMigrationFindOpen(tx, step.params.serverId);
    if (resize) {
      await tpmForget(tx, resize.uuid);
      await serverMigrationSet(tx, resize.id, "confirmed", clock.now());
    }
    await shelvedServerDelete(tx, step.params.serverId);
    await serverActionFinish(tx, step.params, { result: "Success", hostId: server?.hostId }, clock.now());
  });
}
