import { commands } from "#bus/index.ts";
import { nothing, saga, type SagaUndo } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { serverFind, serverRename } from "../store/servers.ts";
import { hostCommand } from "./host-command.ts";
import {
  domainStart,
  fail,
  finish,
  placedServerOf,
  type ServerActionParams,
  type ServerStep,
} from "./server-steps.ts";

/** A soft-deleted server runs again; when it does not, it stays soft-deleted. */
export const serverRestore = saga<ServerActionParams, ComputeSagaDeps>("server-restore", 1)
  .step("server", { run: nothing, undo: staySoftDeleted })
  .step("onGuard", { run: nothing, undo: domainOff })
  .step("on", { run: domainStart, undo: "none" })
  .step("active", { run: restored, undo: "none" });

async function staySoftDeleted(step: SagaUndo<ServerActionParams, ComputeSagaDeps>): Promise<void> {
  await fail(step, step.error, { vmState: "soft-delete", powerState: "shutdown" });
}

async function domainOff(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.domainStop, { serverId, timeoutS: 0 });
}

async function restored(step: ServerStep): Promise<void> {
  const { database, clock } = step.deps;
  await database.transaction(async (tx) => {
    const server = await serverFind(tx, step.params.serverId);
    if (server) await serverRename(tx, { ...server, softDeletedAt: undefined }, clock.now());
  });
  await finish(step, { vmState: "active", powerState: "running", fault: null });
}
