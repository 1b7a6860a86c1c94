/** Time as a dependency, so that tests can stand still. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** `2026-11-22T10:00:00Z`: Nova's and Glance's form. */
export function isoSeconds(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

/** `2026-11-22T10:00:00.000000`: Nova's actions and Barbican's form, without a zone; UTC. */
export function isoMicroseconds(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 23)}000`;
}

/** Rejects with the signal's reason when it is aborted first. */
export function sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, durationMs);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
