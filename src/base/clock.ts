/** Time as a dependency, so that tests can stand still. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Many answers have the same few: a `Date` takes longer to write than most of the rest of a token. */
const writtenSeconds = new Map<number, string>();
const writtenSecondsLimit = 1_000;

/** `2026-11-22T10:00:00` */
function secondsText(timeMs: number): string {
  const second = Math.floor(timeMs / 1_000);
  const written = writtenSeconds.get(second);
  if (written !== undefined) return written;
  const text = new Date(timeMs).toISOString().slice(0, 19);
  if (writtenSeconds.size >= writtenSecondsLimit) writtenSeconds.clear();
  writtenSeconds.set(second, text);
  return text;
}

/** `2026-11-22T10:00:00Z`: Nova's and Glance's form. */
export function isoSeconds(timeMs: number): string {
  return `${secondsText(timeMs)}Z`;
}

/** `2026-11-22T10:00:00.000000`: Nova's actions and Barbican's form, without a zone; UTC. A fraction is of a millisecond. */
export function isoMicroseconds(timeMs: number): string {
  const microseconds = Math.round((timeMs - Math.floor(timeMs / 1_000) * 1_000) * 1_000);
  return `${secondsText(timeMs)}.${String(microseconds).padStart(6, "0")}`;
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
