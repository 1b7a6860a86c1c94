import { sleep } from "#base/clock.ts";
import { errorText } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";

/** Work that waits in the database and is done piece by piece beside the requests. */
export interface Background {
  /** There may be something to do. */
  nudge(): void;
  /** When nothing is under way. */
  idle(): Promise<void>;
  /** From now on looks by itself too, for what others have left. */
  start(): void;
  /** Ends after the piece under way. */
  stop(): Promise<void>;
}

const lookEveryMs = 30_000;

/**
 * `one` does a piece; false when there was none. What it throws is logged, and tried again at the next look. `gentle` work
 * rests after each piece for as long as that took, and so leaves the requests half of the time.
 */
export function createBackground(
  what: string,
  log: Logger,
  one: () => Promise<boolean>,
  { gentle = false }: { readonly gentle?: boolean } = {},
): Background {
  const stopping = new AbortController();
  let isNudged = false;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    while (isNudged && !stopping.signal.aborted) {
      isNudged = false;
      while (!stopping.signal.aborted) {
        const began = performance.now();
        if (!(await one())) break;
        if (gentle) await rest(performance.now() - began);
      }
    }
  }
  async function rest(milliseconds: number): Promise<void> {
    // Only an end of the process cuts it short.
    await sleep(milliseconds, stopping.signal).catch(() => undefined);
  }
  function nudge(): void {
    isNudged = true;
    running ??= run()
      .catch((error: unknown) => log.error({ error: errorText(error) }, `${what}: a piece of work failed`))
      .finally(() => (running = undefined));
  }
  return {
    nudge,
    idle: async () => running,
    start() {
      timer = setInterval(nudge, lookEveryMs).unref();
      nudge();
    },
    async stop() {
      stopping.abort();
      clearInterval(timer);
      await running;
    },
  };
}
