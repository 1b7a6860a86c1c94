import { commands } from "#bus/index.ts";
import { nothing, saga } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { domainSpecOf } from "./domain-spec.ts";
import { hostCommand } from "./host-command.ts";
import {
  domainStart,
  failAsFound,
  finish,
  othersEnded,
  placedServerOf,
  waitForOthers,
  type ServerActionParams,
  type ServerStep,
} from "./server-steps.ts";

/**
 * Off, defined anew, on; out of every state (nova.virt.libvirt.driver._hard_reboot). It may be asked for while a soft
 * reboot, a pause or the like still runs: then it has its turn after that.
 */
export const serverHardReboot = saga<ServerActionParams, ComputeSagaDeps>("server-hard-reboot", 2)
  .step("server", { run: nothing, undo: failAsFound })
  .step("turn", { run: othersEnded, undo: "none", retry: waitForOthers })
  .step("off", { run: domainUndefine, undo: "none" })
  .step("domain", { run: domainDefine, undo: "none" })
  .step("on", { run: domainStart, undo: "none" })
  .step("active", {
    run: (step) => finish(step, { vmState: "active", powerState: "running", fault: null }),
    undo: "none",
  });

async function domainUndefine(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.domainUndefine, { serverId });
}

async function domainDefine(step: ServerStep): Promise<void> {
  const server = await placedServerOf(step);
  await hostCommand(step, server.hostId, commands.domainDefine, domainSpecOf(server));
}
