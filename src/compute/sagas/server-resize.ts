import { CloudError, isCloudError } from "#base/errors.ts";
import { commands } from "#bus/index.ts";
import { nothing, saga, terminal } from "#saga/index.ts";
import { tpmRequiredTraits } from "#vtpm/index.ts";
import { hostSuits } from "../app/host-candidates.ts";
import { placementNeeds } from "../domain/placement-needs.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { sealedBoxAt } from "../app/sealed-boxes.ts";
import type { ServerMigrationStatus } from "../domain/server-migration.ts";
import { resizeResources, resizeSecrets } from "../domain/server-resize.ts";
import type { TaskState } from "../domain/server.ts";
import { hostFind } from "../store/hosts.ts";
import { serverFlavorSet, serverHeldSet } from "../store/server-flavor.ts";
import { serverMigrationSet } from "../store/server-migrations.ts";
import { serverFind, serverUpdate } from "../store/servers.ts";
import { tpmPark as tpmParkRows } from "../store/tpm-parked.ts";
import { hostCommand } from "./host-command.ts";
import { failAsFound, finish, placedServerOf } from "./server-steps.ts";
import { tpmManufacture } from "./server-create.ts";
import {
  addedTpmDelete,
  allocationOf,
  allocationSet,
  diskKeep,
  diskTimeoutMs,
  domainDefine,
  domainStartAs,
  domainUndefine,
  migrationOf,
  parkedTpmKeep,
  passphrasePlaces,
  rowOld,
  secretForget,
  type ResizeStep,
  type ResizeUndo,
  type ServerResizeParams,
} from "./resize-steps.ts";

/** As when a server is stopped. */
const shutdownTimeoutS = 60;

/**
 * Another flavor on the same host. Old disk, old TPM and the room for both sides stay until the resize is confirmed or
 * reverted (docs/decisions/0019-a-resize-keeps-both-sides.md).
 */
export const serverResize = saga<ServerResizeParams, ComputeSagaDeps>("server-resize", 1)
  .step("server", { run: nothing, undo: resizeFail })
  .step("secretGuard", { run: nothing, undo: madeSecretDelete })
  .step("allocationGuard", { run: nothing, undo: allocationOld })
  .step("allocation", { run: allocationBoth, undo: "none" })
  .step("migrating", { run: (step) => stage(step, "resize_migrating", "migrating"), undo: "none" })
  .step("onGuard", { run: nothing, undo: oldDomainStart })
  .step("off", { run: guestOff, undo: "none" })
  .step("domainGuard", { run: nothing, undo: domainDefine })
  .step("diskGuard", { run: nothing, undo: (step) => diskKeep(step, "old") })
  .step("disk", { run: diskNew, undo: "none" })
  .step("tpmParkGuard", { run: nothing, undo: oldTpmBack })
  .step("tpmPark", { run: tpmPark, undo: "none" })
  .step("rowGuard", { run: nothing, undo: async (step) => rowOld(step, await migrationOf(step)) })
  .step("row", { run: rowNew, undo: "none" })
  .step("tpmGuard", {
    run: nothing,
    undo: async (step) => addedTpmDelete(step, await migrationOf(step)),
  })
  .step("tpm", { run: tpmMake, undo: "none" })
  .step("offGuard", { run: nothing, undo: domainUndefine })
  .step("domain", { run: domainDefine, undo: "none" })
  .step("on", { run: domainOn, undo: "none" })
  .step("resized", { run: resized, undo: "none" });

async function resizeFail(step: ResizeUndo): Promise<void> {
  const { database, clock } = step.deps;
  const { id, old } = await migrationOf(step);
  await database.transaction(async (tx) => {
    await serverHeldSet(tx, step.params.serverId, old.flavor, clock.now());
    await serverMigrationSet(tx, id, "error", clock.now());
  });
  await failAsFound(step);
}

async function madeSecretDelete(step: ResizeUndo): Promise<void> {
  await secretForget(step, resizeSecrets(await migrationOf(step)).made);
}

async function allocationOld(step: ResizeUndo): Promise<void> {
  await allocationOf(step, (await migrationOf(step)).old.flavor);
}

/** The same host, if it may still be given servers, has what the new TPM needs, and has room. */
async function allocationBoth(step: ResizeStep): Promise<void> {
  const { hostId, image } = await placedServerOf(step);
  const { old, new: after } = await migrationOf(step);
  const host = await hostFind(step.deps.database.db, hostId);
  const traits = after.tpm ? tpmRequiredTraits(after.tpm) : [];
  const missing = traits.filter((trait) => host?.facts.traits.includes(trait) !== true);
  if (!host || host.disabled) throw noValidHost("The server's host takes no servers at present.");
  if (missing.length > 0) throw noValidHost(`The server's host lacks ${missing.join(", ")}.`);
  const needs = placementNeeds({ flavor: after.flavor, image, tpm: after.tpm });
  if (!(await hostSuits(step.deps.placement, hostId, needs)))
    throw noValidHost("The server's host has not the traits that the new flavor and the image ask for.");
  try {
    await allocationSet(step, resizeResources(old.flavor, after.flavor));
  } catch (error) {
    if (!isCloudError(error, "no-capacity")) throw error;
    throw noValidHost("The server's host has no room for the new flavor beside the old disk.", error);
  }
}

function noValidHost(why: string, cause?: unknown) {
  return terminal(new CloudError("no-capacity", `No valid host was found. ${why}`, { cause }));
}

/** What clients see of how far it is. A delete that came meanwhile keeps its task state. */
async function stage(step: ResizeStep, taskState: TaskState, status: ServerMigrationStatus): Promise<void> {
  const { database, clock } = step.deps;
  await database.transaction(async (tx) => {
    const server = await serverFind(tx, step.params.serverId);
    if (server?.taskState?.startsWith("resize_") === true)
      await serverUpdate(tx, server.id, { taskState }, clock.now());
    await serverMigrationSet(tx, step.params.migrationId, status, clock.now());
  });
}

async function guestOff(step: ResizeStep): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  const message = { serverId, timeoutS: shutdownTimeoutS };
  await hostCommand(step, hostId, commands.domainStop, message, (shutdownTimeoutS + 60) * 1_000);
}

async function oldDomainStart(step: ResizeUndo): Promise<void> {
  if ((await migrationOf(step)).old.vmState === "active") await domainStartAs(step, "old");
}

async function diskNew(step: ResizeStep): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  const { rootGiB } = (await migrationOf(step)).new.flavor;
  await hostCommand(step, hostId, commands.disksResize, { serverId, rootGiB }, diskTimeoutMs);
}

async function tpmPark(step: ResizeStep): Promise<void> {
  if (!resizeSecrets(await migrationOf(step)).outlived) return;
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.tpmPark, { serverId });
}

async function oldTpmBack(step: ResizeUndo): Promise<void> {
  await parkedTpmKeep(step, await migrationOf(step), "old");
}

/** Flavor and TPM are the new ones from here on; what the vault has of the old TPM is kept under the resize's UUID. */
async function rowNew(step: ResizeStep): Promise<void> {
  const { database, clock } = step.deps;
  const { uuid, new: after, ...migration } = await migrationOf(step);
  const { outlived } = resizeSecrets({ ...migration, new: after });
  await database.transaction(async (tx) => {
    const server = await serverFind(tx, step.params.serverId);
    if (!server) return;
    if (outlived && server.tpm?.secretId === outlived.secretId)
      await tpmParkRows(tx, { serverId: server.id, uuid });
    await serverFlavorSet(tx, server.id, after, clock.now());
  });
  await stage(step, "resize_finish", "post-migrating");
}

async function tpmMake(step: ResizeStep): Promise<void> {
  if (!resizeSecrets(await migrationOf(step)).made) return;
  await tpmManufacture({ ...step, sealedBox: sealedBoxAt(step.sealedBox, passphrasePlaces.new) });
}

async function domainOn(step: ResizeStep): Promise<void> {
  const migration = await migrationOf(step);
  if (migration.old.vmState !== "active") return;
  await domainStartAs(step, resizeSecrets(migration).made ? "new" : "old");
}

async function resized(step: ResizeStep): Promise<void> {
  const { old } = await migrationOf(step);
  await stage(step, "resize_finish", "finished");
  const powerState = old.vmState === "active" ? "running" : "shutdown";
  await finish(step, { vmState: "resized", powerState, fault: null });
}
