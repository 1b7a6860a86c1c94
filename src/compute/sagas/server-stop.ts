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

/** How long a guest may take to shut down; Nova's [DEFAULT] shutdown_timeout. */
const shutdownTimeoutS = 60;

export const serverStop = saga<ServerActionParams, ComputeSagaDeps>("server-stop", 1)
  .step("server", { run: nothing, undo: failAsFound })
  .step("domain", { run: guestStop, undo: "none" })
  .step("stopped", {
    run: (step) => finish(step, { vmState: "stopped", powerState: "shutdown" }),
    undo: "none",
  });

/** Asks the guest to shut down, and switches it off when it does not. */
export async function guestStop(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  const message = { serverId, timeoutS: shutdownTimeoutS };
  await hostCommand(step, hostId, commands.domainStop, message, (shutdownTimeoutS + 60) * 1_000);
}
