import { errorText, isCloudError } from "#base/errors.ts";
import { commands } from "#bus/index.ts";
import { nothing, saga, type SagaStep, type SagaUndo } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { sealedBoxAt } from "../app/sealed-boxes.ts";
import { rebuildBoxes } from "../domain/server-rebuild.ts";
import { isGoing, type ServerTpm, type TaskState } from "../domain/server.ts";
import {
  rebuildCommit,
  rebuildDelete,
  rebuildFind,
  rebuildTpmPark,
  rebuildTpmUnpark,
  type Rebuild,
} from "../store/rebuilds.ts";
import { serverFind, serverRename, serverUpdate } from "../store/servers.ts";
import { tpmVaultDelete } from "../store/tpm-vault.ts";
import { configDriveMake } from "./config-drive.ts";
import { domainSpecOf } from "./domain-spec.ts";
import { hostCommand } from "./host-command.ts";
import { rootDiskOf } from "./root-disk.ts";
import { secretForget } from "./resize-steps.ts";
import { tpmManufacture } from "./server-create.ts";
import {
  domainStart,
  fail,
  failAsFound,
  faultOf,
  finish,
  placedServerOf,
  serverPowerFind,
  type ServerActionParams,
  type ServerStep,
} from "./server-steps.ts";

export interface ServerRebuildParams extends ServerActionParams {
  /** What the request puts on the config drive, sealed (`injectionSeal`). */
  readonly injected?: string;
  /** The server keeps its ephemeral disk as it is. */
  readonly preserveEphemeral?: boolean;
}

type Undo = SagaUndo<ServerRebuildParams, ComputeSagaDeps>;

const imageTimeoutMs = 30 * 60_000;

/** As when a server is stopped. */
const shutdownTimeoutS = 60;

/**
 * The same server on a new disk. What is new is fetched while the old one runs; then the two change places, and until the new
 * one is complete whatever fails brings the old one back, disk, TPM and definition. A server that was off stays off.
 */
export const serverRebuild = saga<ServerRebuildParams, ComputeSagaDeps>("server-rebuild", 1)
  .step("server", { run: nothing, undo: settle })
  .step("row", { run: nothing, undo: unlessCommitted(rowRestore) })
  .step("secretGuard", { run: nothing, undo: unlessCommitted(newSecretForget) })
  .step("diskGuard", { run: nothing, undo: unlessCommitted(diskRestore) })
  .step("disk", { run: diskPrepare, undo: "none" })
  .step("offGuard", { run: nothing, undo: unlessCommitted(oldRestart) })
  .step("guestOff", { run: guestOff, undo: "none" })
  .step("off", { run: domainUndefine, undo: "none" })
  .step("swapGuard", { run: nothing, undo: unlessCommitted(diskRestore) })
  .step("swap", { run: diskSwap, undo: "none" })
  .step("tpmGuard", { run: nothing, undo: unlessCommitted(oldTpmRestore) })
  .step("tpmPark", { run: oldTpmPark, undo: "none" })
  .step("tpm", { run: newTpmMake, undo: "none" })
  .step("domainGuard", { run: nothing, undo: unlessCommitted(domainUndefine) })
  .step("domain", { run: domainDefine, undo: "none" })
  .step("on", { run: newStart, undo: "none" })
  .step("commit", { run: commit, undo: "none" })
  .step("oldRemove", { run: oldRemove, undo: "none" })
  .step("done", { run: done, undo: "none" });

/** Undefined once it has ended well. */
async function rebuildOf(step: ServerStep): Promise<Rebuild | undefined> {
  return rebuildFind(step.deps.database.db, step.params.serverId);
}

function unlessCommitted(
  undo: (step: Undo, rebuild: Rebuild) => Promise<void>,
): (step: Undo) => Promise<void> {
  return async (step) => {
    const rebuild = await rebuildOf(step);
    if (rebuild && !rebuild.committed) await undo(step, rebuild);
  };
}

async function diskPrepare(step: ServerStep): Promise<void> {
  const server = await placedServerOf(step);
  await hostCommand(step, server.hostId, commands.disksPrepare, rootDiskOf(server), imageTimeoutMs);
}

/**
 * The guest is asked to shut down first, as Nova does: a TPM counts each time that it is cut off, and locks itself in the end. A
 * server that has failed may have no domain to be asked.
 */
async function guestOff(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  const message = { serverId, timeoutS: shutdownTimeoutS };
  try {
    await hostCommand(step, hostId, commands.domainStop, message, (shutdownTimeoutS + 60) * 1_000);
  } catch (error) {
    const { cause } = error as Error;
    if (!isCloudError(cause, "not-found")) throw error;
  }
}

async function domainUndefine(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.domainUndefine, { serverId });
}

async function diskSwap(step: SagaStep<ServerRebuildParams, ComputeSagaDeps>): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  await taskStateTurn(step, "rebuild_block_device_mapping");
  const keepEphemeral = step.params.preserveEphemeral ?? false;
  await hostCommand(step, hostId, commands.disksSwap, { serverId, keepEphemeral });
}

/** What a domain opens besides its disk is made anew with it. */
async function domainDefine(step: SagaStep<ServerRebuildParams, ComputeSagaDeps>): Promise<void> {
  const server = await placedServerOf(step);
  await taskStateTurn(step, "rebuild_spawning");
  const { injected } = step.params;
  await configDriveMake(step, server, { injected, rescue: false, renew: true });
  await hostCommand(step, server.hostId, commands.domainDefine, domainSpecOf(server));
}

async function newStart(step: ServerStep): Promise<void> {
  const rebuild = await rebuildOf(step);
  if (!rebuild || rebuild.old.vmState === "stopped") return;
  await domainStart(withBox(step, tpmMade(rebuild) ? "new" : "old"));
}

/** The TPM that takes the place of the server's; undefined when it keeps its own. */
function tpmMade(rebuild: Rebuild): ServerTpm | undefined {
  return rebuild.new.tpm?.secretId === rebuild.old.tpm?.secretId ? undefined : rebuild.new.tpm;
}

function withBox<S extends ServerStep>(step: S, which: keyof typeof rebuildBoxes): S {
  return { ...step, sealedBox: sealedBoxAt(step.sealedBox, rebuildBoxes[which]) };
}

async function oldTpmPark(step: ServerStep): Promise<void> {
  const rebuild = await rebuildOf(step);
  const tpm = rebuild && tpmMade(rebuild);
  if (!tpm) return;
  const { id: serverId, hostId } = await placedServerOf(step);
  const { database, clock } = step.deps;
  await hostCommand(step, hostId, commands.tpmPark, { serverId });
  const exchange = { serverId, uuid: step.sagaId, tpm };
  await database.transaction((tx) => rebuildTpmPark(tx, exchange, clock.now()));
}

async function newTpmMake(step: ServerStep): Promise<void> {
  const rebuild = await rebuildOf(step);
  if (rebuild && tpmMade(rebuild)) await tpmManufacture(withBox(step, "new"));
}

async function oldTpmRestore(step: Undo, rebuild: Rebuild): Promise<void> {
  const { tpm } = rebuild.old;
  if (!tpm || !tpmMade(rebuild)) return;
  const { id: serverId, hostId } = await placedServerOf(step);
  const { database, clock } = step.deps;
  await hostCommand(step, hostId, commands.tpmParkEnd, { serverId, keep: "old" });
  const exchange = { serverId, uuid: step.sagaId, tpm };
  await database.transaction((tx) => rebuildTpmUnpark(tx, exchange, clock.now()));
}

async function newSecretForget(step: Undo, rebuild: Rebuild): Promise<void> {
  await secretForget(step, tpmMade(rebuild));
}

async function commit(step: ServerStep): Promise<void> {
  await step.deps.database.transaction((tx) => rebuildCommit(tx, step.params.serverId));
}

async function oldRemove(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.disksSwapEnd, { serverId, keep: "new" });
  const rebuild = await rebuildOf(step);
  if (!rebuild || !tpmMade(rebuild)) return;
  await hostCommand(step, hostId, commands.tpmParkEnd, { serverId, keep: "new" });
  await oldTpmForget(step, rebuild);
}

/** Its states in the vault, and then its passphrase. */
async function oldTpmForget(step: ServerStep, rebuild: Rebuild): Promise<void> {
  if (!tpmMade(rebuild)) return;
  await step.deps.database.transaction((tx) => tpmVaultDelete(tx, step.sagaId));
  await secretForget(step, rebuild.old.tpm);
}

async function done(step: ServerStep): Promise<void> {
  const rebuild = await rebuildOf(step);
  // This came once more.
  if (!rebuild) return;
  const state =
    rebuild.old.vmState === "stopped"
      ? ({ vmState: "stopped", powerState: "shutdown" } as const)
      : ({ vmState: "active", powerState: "running" } as const);
  const changes = { ...state, fault: null, launchedAt: step.deps.clock.now() };
  await finish(step, changes, (tx) => rebuildDelete(tx, step.params.serverId));
}

/** A delete that came meanwhile keeps its task state. */
async function taskStateTurn(step: ServerStep, taskState: TaskState): Promise<void> {
  const { database, clock } = step.deps;
  await database.transaction(async (tx) => {
    const server = await serverFind(tx, step.params.serverId);
    if (server && !isGoing(server)) await serverUpdate(tx, server.id, { taskState }, clock.now());
  });
}

/** What the rebuild gave it and nobody changed since is as it was. */
async function rowRestore(step: Undo, rebuild: Rebuild): Promise<void> {
  const { database, clock } = step.deps;
  await database.transaction(async (tx) => {
    const server = await serverFind(tx, step.params.serverId);
    if (!server) return;
    // The TPM is `oldTpmRestore`'s.
    const { vmState: _state, tpm: _tpm, ...old } = rebuild.old;
    const names = Object.keys(old) as (keyof typeof old)[];
    const isNew = (name: keyof typeof old): boolean =>
      JSON.stringify(server[name]) === JSON.stringify(rebuild.new[name]);
    const restored = Object.fromEntries(names.filter(isNew).map((name) => [name, old[name]]));
    await serverRename(tx, { ...server, ...restored }, clock.now());
  });
}

async function diskRestore(step: Undo): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.disksSwapEnd, { serverId, keep: "old" });
}

/** When it cannot run any more, it is there, off, and the owner learns why. */
async function oldRestart(step: Undo, { old, new: made }: Rebuild): Promise<void> {
  const server = await placedServerOf(step);
  const { vmState, ...fields } = old;
  const before = { ...server, ...fields };
  // The old password is known to nobody any more.
  await configDriveMake(step, before, { injected: undefined, rescue: false, renew: true });
  if (made.configDrive && !before.configDrive)
    await hostCommand(step, server.hostId, commands.configDriveDelete, { serverId: server.id });
  await hostCommand(step, server.hostId, commands.domainDefine, domainSpecOf(before));
  if (vmState !== "active") return;
  try {
    await domainStart(withBox(step, "old"));
  } catch (error) {
    step.log.warn(
      { serverId: server.id, error: errorText(error) },
      "the old server could not be started again",
    );
  }
}

async function settle(step: Undo): Promise<void> {
  const rebuild = await rebuildOf(step);
  // It is the new one, only its end met an error.
  if (!rebuild || rebuild.committed) {
    if (rebuild) await oldTpmForget(step, rebuild);
    await failAsFound(step);
    return;
  }
  const { vmState } = rebuild.old;
  const power = await serverPowerFind(step);
  const isAsBefore = vmState === "stopped" || (vmState === "active" && power === "running");
  const fault = faultOf(step.error, 500, step.deps.clock.now());
  await fail(step, step.error, isAsBefore ? { vmState } : { vmState: "error", fault }, (tx) =>
    rebuildDelete(tx, step.params.serverId),
  );
}
