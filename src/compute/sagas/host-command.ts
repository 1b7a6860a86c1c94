import type { Static, TSchema } from "typebox";
import { sleep } from "#base/clock.ts";
import { isCloudError } from "#base/errors.ts";
import type { RequestContract } from "#bus/index.ts";
import { retryable, terminal } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";

/** An agent that starts asks its libvirtd first, which may take minutes after a boot of the machine. */
const absentPatienceMs = 10 * 60_000;
const absentLookMs = 250;

/**
 * Sends one command to a host. A host that has no agent at the moment is waited for; one that does not answer in time, is
 * tried again (commands may be repeated); what the host refuses is final.
 */
export async function hostCommand<Q extends TSchema, R extends TSchema>(
  step: {
    readonly deps: ComputeSagaDeps;
    readonly requestId: string | undefined;
    readonly signal: AbortSignal;
  },
  hostId: string,
  contract: RequestContract<Q, R>,
  message: Static<Q>,
  timeoutMs = 120_000,
): Promise<Static<R>> {
  try {
    // The agent's log lines carry the id of the request that caused them.
    const { requestId } = step;
    const asked = requestId === undefined ? message : { ...(message as object), requestId };
    for (const end = performance.now() + absentPatienceMs; ; await sleep(absentLookMs, step.signal)) {
      try {
        return await step.deps.bus.request(contract, asked as Static<Q>, { hostId, timeoutMs });
      } catch (error) {
        const absent = isCloudError(error, "unavailable") && error.data["nobodyAnswers"] === true;
        if (!absent || performance.now() > end) throw error;
      }
    }
  } catch (error) {
    throw isCloudError(error, "unavailable", "timeout") ? retryable(error) : terminal(error);
  }
}
