import type { Static, TSchema } from "typebox";
import { isCloudError } from "#base/errors.ts";
import type { RequestContract } from "#bus/index.ts";
import { retryable, terminal } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";

/**
 * Sends one command to a host. A host that does not answer, or not in time, is tried again (commands may be
 * repeated); what the host refuses is final.
 */
export async function hostCommand<Q extends TSchema, R extends TSchema>(
  deps: ComputeSagaDeps,
  hostId: string,
  contract: RequestContract<Q, R>,
  message: Static<Q>,
  timeoutMs = 120_000,
): Promise<Static<R>> {
  try {
    return await deps.bus.request(contract, message, { hostId, timeoutMs });
  } catch (error) {
    throw isCloudError(error, "unavailable", "timeout") ? retryable(error) : terminal(error);
  }
}
