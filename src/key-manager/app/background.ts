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

/** `one` does a piece; false when there was none. What it throws is logged, and tried again at the next look. */
export function createBackground(what: string, log: Logger, one: () => Promise<boolean>): Background {
  const stopping = new AbortController();
  let isNudged = false;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    while (isNudged && !stopping.signal.aborted) {
      isNudged = false;
      while (!stopping.signal.aborted && (await one()));
    }
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
