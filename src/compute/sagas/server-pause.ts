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

/** Stops the virtual CPUs. */
export const serverPause = saga<ServerActionParams, ComputeSagaDeps>("server-pause", 1)
  .step("server", { run: nothing, undo: failAsFound })
  .step("domain", { run: domainPause, undo: "none" })
  .step("paused", { run: (step) => finish(step, { vmState: "paused", powerState: "paused" }), undo: "none" });

async function domainPause(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.domainPause, { serverId });
}
