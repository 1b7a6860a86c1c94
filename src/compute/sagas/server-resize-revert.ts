import { nothing, saga } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { resizeSecrets } from "../domain/server-resize.ts";
import { serverHeldSet } from "../store/server-flavor.ts";
import { serverMigrationSet } from "../store/server-migrations.ts";
import {
  addedTpmDelete,
  allocationOf,
  diskKeep,
  domainDefine,
  domainStartAs,
  domainUndefine,
  migrationOf,
  parkedTpmKeep,
  rowOld,
  secretForget,
  type ResizeStep,
  type ResizeUndo,
  type ServerResizeParams,
} from "./resize-steps.ts";
import { fail, failAsFound, finish } from "./server-steps.ts";

/**
 * Back to the old flavor, disk and TPM; a TPM that the resize made goes with its passphrase. When it fails half-way the server stays
 * resized and the revert may be asked for again; when only the start fails, the server is off and what it was.
 */
export const serverResizeRevert = saga<ServerResizeParams, ComputeSagaDeps>("server-resize-revert", 1)
  .step("server", { run: nothing, undo: revertFail })
  .step("off", { run: domainUndefine, undo: "none" })
  .step("disk", { run: (step) => diskKeep(step, "old"), undo: "none" })
  .step("addedTpm", {
    run: async (step) => addedTpmDelete(step, await migrationOf(step)),
    undo: "none",
  })
  .step("row", { run: async (step) => rowOld(step, await migrationOf(step)), undo: "none" })
  .step("oldTpm", {
    run: async (step) => parkedTpmKeep(step, await migrationOf(step), "old"),
    undo: "none",
  })
  .step("secret", {
    run: async (step) => secretForget(step, resizeSecrets(await migrationOf(step)).made),
    undo: "none",
  })
  .step("domain", { run: domainDefine, undo: "none" })
  .step("allocation", {
    run: async (step) => allocationOf(step, (await migrationOf(step)).old.flavor),
    undo: "none",
  })
  .step("reverted", { run: reverted, undo: "none" })
  .step("on", { run: domainOn, undo: "none" })
  .step("done", { run: done, undo: "none" });

async function revertFail(step: ResizeUndo): Promise<void> {
  const { status } = await migrationOf(step);
  if (status === "reverted") await failAsFound(step);
  else await fail(step, step.error, {});
}

async function reverted(step: ResizeStep): Promise<void> {
  const { database, clock } = step.deps;
  const { id, old } = await migrationOf(step);
  await database.transaction(async (tx) => {
    await serverHeldSet(tx, step.params.serverId, old.flavor, clock.now());
    await serverMigrationSet(tx, id, "reverted", clock.now());
  });
}

async function domainOn(step: ResizeStep): Promise<void> {
  if ((await migrationOf(step)).old.vmState === "active") await domainStartAs(step, "old");
}

async function done(step: ResizeStep): Promise<void> {
  const { vmState } = (await migrationOf(step)).old;
  await finish(step, { vmState, powerState: vmState === "active" ? "running" : "shutdown" });
}
