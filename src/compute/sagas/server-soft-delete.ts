import { isCloudError } from "#base/errors.ts";
import { newUuid, type SagaId } from "#base/ids.ts";
import { commands } from "#bus/index.ts";
import { nothing, saga, sagaStart, TerminalError } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { serverActionFinish } from "../store/server-actions.ts";
import { serverFind, serverRename, serverUpdate } from "../store/servers.ts";
import { shelvedImageFind, shelvedServerDelete } from "../store/shelved-servers.ts";
import { hostCommand } from "./host-command.ts";
import { serverDelete } from "./server-delete.ts";
import {
  allocationNew,
  migrationConfirm,
  oldDiskDelete,
  oldSecretDelete,
  oldTpmDelete,
  openMigrationOf,
} from "./server-resize-confirm.ts";
import {
  failAsFound,
  finish,
  othersEnded,
  serverOf,
  waitForOthers,
  type ServerActionParams,
  type ServerStep,
} from "./server-steps.ts";

/**
 * Off at once; disk, TPM with its vault, passphrase and allocation stay until the server is reclaimed. As in Nova a resize is confirmed, and
 * the image of a shelved server goes: its disk is there. One that has left its host meanwhile is deleted for good.
 */
export const serverSoftDelete = saga<ServerActionParams, ComputeSagaDeps>("server-soft-delete", 1)
  .step("server", { run: nothing, undo: failAsFound })
  .step("turn", { run: othersEnded, undo: "none", retry: waitForOthers })
  .step("oldDisk", { run: oldDiskDelete, undo: "none" })
  .step("oldTpm", { run: oldTpmDelete, undo: "none" })
  .step("oldSecret", { run: oldSecretDelete, undo: "none" })
  .step("allocation", { run: allocationNew, undo: "none" })
  .step("resize", { run: resizeConfirm, undo: "none" })
  .step("off", { run: domainOff, undo: "none" })
  .step("soft", { run: softDeleted, undo: "none" });

async function resizeConfirm(step: ServerStep): Promise<void> {
  const migration = await openMigrationOf(step);
  if (migration) await migrationConfirm(step, migration);
}

async function domainOff(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await serverOf(step);
  if (hostId === undefined) return;
  try {
    await hostCommand(step, hostId, commands.domainStop, { serverId, timeoutS: 0 });
  } catch (error) {
    // A domain that is gone is off.
    if (!(error instanceof TerminalError && isCloudError(error.cause, "not-found"))) throw error;
  }
}

async function softDeleted(step: ServerStep): Promise<void> {
  const { database, clock, image } = step.deps;
  if ((await serverOf(step)).hostId === undefined) return deletedForGood(step);
  const shelved = await shelvedImageFind(database.db, step.params.serverId);
  if (shelved) await image.keeper.discard(shelved.imageId);
  await database.transaction(async (tx) => {
    await shelvedServerDelete(tx, step.params.serverId);
    const server = await serverFind(tx, step.params.serverId);
    if (server) await serverRename(tx, { ...server, softDeletedAt: clock.now() }, clock.now());
  });
  await finish(step, { vmState: "soft-delete", powerState: "shutdown" });
}

/** It left its host while this waited for its turn: as in Nova, such a one is deleted at once. The delete ends the action. */
async function deletedForGood(step: ServerStep): Promise<void> {
  const { database, clock, nudge } = step.deps;
  const { serverId, requestId } = step.params;
  const id = newUuid<SagaId>();
  await database.transaction(async (tx) => {
    // It was forced meanwhile, or this came once more.
    if ((await serverFind(tx, serverId))?.taskState === "deleting")
      return serverActionFinish(tx, step.params, { result: "Success" }, clock.now());
    await serverUpdate(tx, serverId, { taskState: "deleting" }, clock.now());
    await sagaStart(tx, serverDelete, { id, params: { serverId, requestId }, resource: serverId, requestId });
  });
  nudge?.(id);
}
