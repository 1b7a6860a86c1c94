import { commands } from "#bus/index.ts";
import { nothing, saga } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { hostCommand } from "./host-command.ts";
import {
  failAsFound,
  finish,
  placedServerOf,
  type ServerActionParams,
  type ServerStep,
} from "./server-steps.ts";

/** Managed save: memory and TPM go to disk together, the domain is off. */
export const serverSuspend = saga<ServerActionParams, ComputeSagaDeps>("server-suspend", 1)
  .step("server", { run: nothing, undo: failAsFound })
  .step("domain", { run: domainSuspend, undo: "none" })
  .step("suspended", {
    run: (step) => finish(step, { vmState: "suspended", powerState: "suspended" }),
    undo: "none",
  });

async function domainSuspend(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.domainSuspend, { serverId });
}
