import type { SagaUndo } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import type { VmState } from "../domain/server.ts";
import { serverOf, type ServerActionParams } from "./server-steps.ts";

/**
 * An undo that does nothing once the server is in the state that the saga is for: what fails after that is no reason to
 * take it back.
 */
export function unlessReached<P extends ServerActionParams>(
  vmState: VmState,
  undo: (step: SagaUndo<P, ComputeSagaDeps>) => Promise<void>,
): (step: SagaUndo<P, ComputeSagaDeps>) => Promise<void> {
  return async (step) => {
    if ((await serverOf(step)).vmState !== vmState) await undo(step);
  };
}
