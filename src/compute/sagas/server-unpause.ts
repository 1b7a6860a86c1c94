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

/** Lets the virtual CPUs run again. */
export const serverUnpause = saga<ServerActionParams, ComputeSagaDeps>("server-unpause", 1)
  .step("server", { run: nothing, undo: failAsFound })
  .step("domain", { run: domainUnpause, undo: "none" })
  .step("active", {
    run: (step) => finish(step, { vmState: "active", powerState: "running" }),
    undo: "none",
  });

async function domainUnpause(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.domainUnpause, { serverId });
}
