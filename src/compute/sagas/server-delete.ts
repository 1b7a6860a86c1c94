import { commands } from "#bus/index.ts";
import { nothing, saga, type SagaUndo } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { passphraseDelete, useOfSaga } from "../app/passphrase-audit.ts";
import { serverActionFinish } from "../store/server-actions.ts";
import { serverDelete as serverRowDelete, serverFind, serverUpdate } from "../store/servers.ts";
import { shelvedImageFind, shelvedServerDelete } from "../store/shelved-servers.ts";
import { tpmVaultDelete } from "../store/tpm-vault.ts";
import { hostCommand } from "./host-command.ts";
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
  if (hostId === undefined || !tpm) return;
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
  const server = await serverOf(step);
  if (!server.tpm) return;
  const use = await useOfSaga(step.deps.database.db, step, server);
  await passphraseDelete(step.deps, server.tpm.secretId, use);
}

async function allocationRelease(step: ServerStep): Promise<void> {
  await step.deps.placement.allocationRelease(step.params.serverId);
}

async function rowDelete(step: ServerStep): Promise<void> {
  const { database, clock } = step.deps;
  await database.transaction(async (tx) => {
    const server = await serverFind(tx, step.params.serverId);
    await serverRowDelete(tx, step.params.serverId);
    // Here, because a host may have been about to hand in a last state.
    await tpmVaultDelete(tx, step.params.serverId);
    await shelvedServerDelete(tx, step.params.serverId);
    await serverActionFinish(tx, step.params, { result: "Success", hostId: server?.hostId }, clock.now());
  });
}
