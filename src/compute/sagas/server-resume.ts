import { nothing, saga } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { domainStart, failAsFound, finish, type ServerActionParams } from "./server-steps.ts";

/** Restores the managed save, memory and TPM together. */
export const serverResume = saga<ServerActionParams, ComputeSagaDeps>("server-resume", 1)
  .step("server", { run: nothing, undo: failAsFound })
  .step("domain", { run: domainStart, undo: "none" })
  .step("active", {
    run: (step) => finish(step, { vmState: "active", powerState: "running" }),
    undo: "none",
  });
