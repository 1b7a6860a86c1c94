import { nothing, saga, type SagaUndo } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { rescueDiskDelete } from "./server-rescue.ts";
import {
  domainDefine,
  domainStart,
  domainUndefine,
  fail,
  faultOf,
  finish,
  type ServerActionParams,
} from "./server-steps.ts";
import { guestStop } from "./server-stop.ts";

/** Back to its own disk. The rescue system is asked to shut down: what it repaired is to be on the disk. */
export const serverUnrescue = saga<ServerActionParams, ComputeSagaDeps>("server-unrescue", 1)
  .step("server", { run: nothing, undo: serverFail })
  .step("off", { run: guestStop, undo: "none" })
  .step("undefine", { run: domainUndefine, undo: "none" })
  .step("domain", { run: domainDefine, undo: "none" })
  .step("disk", { run: rescueDiskDelete, undo: "none" })
  .step("on", { run: domainStart, undo: "none" })
  .step("active", {
    run: (step) => finish(step, { vmState: "active", powerState: "running" }),
    undo: "none",
  });

/** Half-way it is neither rescued nor its own: a hard reboot makes it its own, a rescue rescues it again. */
async function serverFail(step: SagaUndo<ServerActionParams, ComputeSagaDeps>): Promise<void> {
  const fault = faultOf(step.error, 500, step.deps.clock.now());
  await fail(step, step.error, { vmState: "error", fault });
}
