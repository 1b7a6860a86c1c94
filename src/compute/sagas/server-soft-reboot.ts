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

/** How long a guest may take to reboot by itself; Nova's wait_soft_reboot_seconds. */
const rebootTimeoutS = 120;

/**
 * Asks the guest to reboot. A guest that does not ends the action in an error that says so: a hard reboot needs
 * the passphrase of a vTPM, and loses what the guest has not written (VTPM.md).
 */
export const serverSoftReboot = saga<ServerActionParams, ComputeSagaDeps>("server-soft-reboot", 1)
  .step("server", { run: nothing, undo: failAsFound })
  .step("guest", { run: guestReboot, undo: "none", retry: { tries: 1 } })
  .step("active", {
    run: (step) => finish(step, { vmState: "active", powerState: "running" }),
    undo: "none",
  });

async function guestReboot(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  const message = { serverId, timeoutS: rebootTimeoutS };
  await hostCommand(step, hostId, commands.domainReboot, message, (rebootTimeoutS + 30) * 1_000);
}
