import { nothing, saga } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import {
  domainDefine,
  domainStart,
  domainUndefine,
  failAsFound,
  finish,
  othersEnded,
  waitForOthers,
  type ServerActionParams,
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
