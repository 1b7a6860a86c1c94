import { commands } from "#bus/index.ts";
import { nothing, saga, type SagaUndo } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { tpmVaultFind, tpmVaultSet } from "../store/tpm-vault.ts";
import { hostCommand } from "./host-command.ts";
import {
  domainUndefine,
  fail,
  finish,
  othersEnded,
  placedServerOf,
  serverOf,
  waitForOthers,
  type ServerActionParams,
  type ServerStep,
} from "./server-steps.ts";
import { unlessReached } from "./unless-reached.ts";

/**
 * A shelved server leaves its host: its disk is in the image and its TPM in the vault. What fails leaves it shelved, on its host;
 * an unshelve then brings back whatever has gone already.
 */
export const serverShelveOffload = saga<ServerActionParams, ComputeSagaDeps>("server-shelve-offload", 1)
  .step("server", { run: nothing, undo: unlessReached("shelved_offloaded", shelvedStay) })
  .step("turn", { run: othersEnded, undo: "none", retry: waitForOthers })
  .step("tpm", { run: tpmRest, undo: "none" })
  .step("domain", { run: domainUndefine, undo: "none" })
  .step("disks", { run: disksDelete, undo: "none" })
  .step("allocation", { run: allocationRelease, undo: "none" })
  .step("vault", { run: vaultRest, undo: "none" })
  .step("offloaded", {
    run: (step) => finish(step, { vmState: "shelved_offloaded", powerState: "shutdown", hostId: null }),
    undo: "none",
  });

async function shelvedStay(step: SagaUndo<ServerActionParams, ComputeSagaDeps>): Promise<void> {
  await fail(step, step.error, {});
}

export async function tpmRest(step: ServerStep): Promise<void> {
  const { id: serverId, hostId, tpm } = await placedServerOf(step);
  if (tpm) await hostCommand(step, hostId, commands.tpmRest, { serverId, version: tpm.version });
}

export async function disksDelete(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.disksDelete, { serverId });
}

export async function allocationRelease(step: ServerStep): Promise<void> {
  await step.deps.placement.allocationRelease(step.params.serverId);
}

/** No host has anything to say of its TPM any more, and no memory image counts. */
async function vaultRest(step: ServerStep): Promise<void> {
  const { id, tpm } = await serverOf(step);
  if (!tpm) return;
  await step.deps.database.transaction(async (tx) => {
    const vault = await tpmVaultFind(tx, id);
    await tpmVaultSet(tx, id, { ...vault, interval: undefined, save: undefined });
  });
}
