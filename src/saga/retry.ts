import type { RetryPolicy } from "./define.ts";

/** About a minute in all: 0.5 + 1 + 2 + 4 + 8 + 16 + 30 s at most, three quarters of it on average. */
export const defaultRetry: RetryPolicy = { tries: 8, firstDelayMs: 500, maxDelayMs: 30_000 };

/** How long to wait after the try with this number (from 1). `random` is in [0, 1). */
export function retryDelayMs(policy: RetryPolicy, triedTimes: number, random = Math.random()): number {
  const full = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (triedTimes - 1));
  return full * (1 - random / 2);
}

/** Calls until it succeeds, throws something that `isFinal`, or the tries are used up; throws its last error. */
export async function withRetries<T>(
  policy: RetryPolicy,
  actions: {
    readonly call: () => Promise<T>;
    readonly isFinal: (thrown: unknown) => boolean;
    /** Waits before the next try; what it throws ends the whole. */
    readonly pause: (delayMs: number, thrown: unknown, triedTimes: number) => Promise<void>;
  },
): Promise<T> {
  for (let triedTimes = 1; ; triedTimes += 1) {
    try {
      return await actions.call();
    } catch (thrown) {
      if (triedTimes >= policy.tries || actions.isFinal(thrown)) throw thrown;
      await actions.pause(retryDelayMs(policy, triedTimes), thrown, triedTimes);
    }
  }
}
