import { nothing, saga } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { domainStart, failAsFound, finish, type ServerActionParams } from "./server-steps.ts";

export const serverStart = saga<ServerActionParams, ComputeSagaDeps>("server-start", 1)
  .step("server", { run: nothing, undo: failAsFound })
  .step("domain", { run: domainStart, undo: "none" })
  .step("active", {
    run: (step) => finish(step, { vmState: "active", powerState: "running", fault: null }),
    undo: "none",
  });
