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
  step: { readonly deps: ComputeSagaDeps; readonly requestId: string | undefined },
  hostId: string,
  contract: RequestContract<Q, R>,
  message: Static<Q>,
  timeoutMs = 120_000,
): Promise<Static<R>> {
  try {
    // The agent's log lines carry the id of the request that caused them.
    const { requestId } = step;
    const asked = requestId === undefined ? message : { ...(message as object), requestId };
    return await step.deps.bus.request(contract, asked as Static<Q>, { hostId, timeoutMs });
  } catch (error) {
    throw isCloudError(error, "unavailable", "timeout") ? retryable(error) : terminal(error);
  }
}
