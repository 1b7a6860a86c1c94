import { nothing, saga } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { endedMigrationStatuses, type ServerMigration } from "../domain/server-migration.ts";
import { resizeSecrets } from "../domain/server-resize.ts";
import { serverHeldSet } from "../store/server-flavor.ts";
import { serverMigrationFindOpen, serverMigrationSet } from "../store/server-migrations.ts";
import { tpmForget } from "../store/tpm-parked.ts";
import {
  allocationOf,
  diskKeep,
  migrationOf,
  parkedTpmKeep,
  secretForget,
  type ResizeStep,
  type ServerResizeParams,
} from "./resize-steps.ts";
import { fail, finish, serverOf, type ServerStep } from "./server-steps.ts";

/**
 * What is kept of the old side goes. There is no way back once it began: when it fails, the server stays resized, and the
 * confirmation may be asked for again.
 */
export const serverResizeConfirm = saga<ServerResizeParams, ComputeSagaDeps>("server-resize-confirm", 1)
  .step("server", { run: nothing, undo: (step) => fail(step, step.error, {}) })
  .step("disk", { run: oldDiskDelete, undo: "none" })
  .step("tpm", { run: oldTpmDelete, undo: "none" })
  .step("secret", { run: oldSecretDelete, undo: "none" })
  .step("allocation", { run: allocationNew, undo: "none" })
  .step("confirmed", { run: confirmed, undo: "none" });

/** The resize of the server that is neither confirmed nor reverted. */
export async function openMigrationOf(step: ServerStep): Promise<ServerMigration | undefined> {
  return serverMigrationFindOpen(step.deps.database.db, step.params.serverId);
}

/** These do nothing for a server without such a resize, so that a delete can take them. */
export async function oldDiskDelete(step: ServerStep): Promise<void> {
  if (await openMigrationOf(step)) await diskKeep(step, "new");
}

export async function oldTpmDelete(step: ServerStep): Promise<void> {
  const migration = await openMigrationOf(step);
  if (migration) await parkedTpmKeep(step, migration, "new");
}

export async function oldSecretDelete(step: ServerStep): Promise<void> {
  const migration = await openMigrationOf(step);
  if (migration) await secretForget(step, resizeSecrets(migration).outlived);
}

export async function allocationNew(step: ServerStep): Promise<void> {
  const migration = await openMigrationOf(step);
  if (migration) await allocationOf(step, migration.new.flavor);
}

/** The end of what is kept of a resize, in one transaction. */
export async function migrationConfirm(step: ServerStep, migration: ServerMigration): Promise<void> {
  const { database, clock } = step.deps;
  await database.transaction(async (tx) => {
    await tpmForget(tx, migration.uuid);
    await serverHeldSet(tx, migration.serverId, migration.new.flavor, clock.now());
    await serverMigrationSet(tx, migration.id, "confirmed", clock.now());
  });
}

async function confirmed(step: ResizeStep): Promise<void> {
  const migration = await migrationOf(step);
  if (!endedMigrationStatuses.includes(migration.status)) await migrationConfirm(step, migration);
  const { powerState } = await serverOf(step);
  const off = powerState === "shutdown" || powerState === "crashed";
  await finish(step, { vmState: off ? "stopped" : "active" });
}
