import { isCloudError } from "#base/errors.ts";
import { commands } from "#bus/index.ts";
import { nothing, saga, TerminalError } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { serverFind, serverRename } from "../store/servers.ts";
import { shelvedImageFind, shelvedServerDelete } from "../store/shelved-servers.ts";
import { hostCommand } from "./host-command.ts";
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
 * the image of a shelved server goes: its disk is there.
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
  const shelved = await shelvedImageFind(database.db, step.params.serverId);
  if (shelved) await image.keeper.discard(shelved.imageId);
  await database.transaction(async (tx) => {
    await shelvedServerDelete(tx, step.params.serverId);
    const server = await serverFind(tx, step.params.serverId);
    if (server) await serverRename(tx, { ...server, softDeletedAt: clock.now() }, clock.now());
  });
  await finish(step, { vmState: "soft-delete", powerState: "shutdown" });
}
