import { setImmediate as nextTurn } from "node:timers/promises";
import { isCloudError } from "#base/errors.ts";

/** What became of one item of a batch. */
export type Outcome = { readonly error?: unknown };

export interface Batcher<Item> {
  /** Settles when the item's batch is done; throws the item's own error. */
  add(item: Item): Promise<void>;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The time to gather is at most this part of a batch's. */
const gatherShare = 3;

/**
 * Runs items together: those that arrive while a batch runs make up the next one, of `limit` at most. `run` answers
 * for each item by itself. When it throws, nothing of the batch has happened: then each item is run alone, so that
 * one that the database refuses takes none with it.
 *
 * Clients that were answered often come back at once. Where a batch takes so long that it matters little, the next one
 * waits `gatherMs` for as many as were there before, so that it is one of eight and not two of four in turn.
 */
export function createBatcher<Item>(options: {
  readonly limit: number;
  readonly run: (items: readonly Item[]) => Promise<readonly Outcome[]>;
  readonly gatherMs?: number;
}): Batcher<Item> {
  const { limit, gatherMs = 0 } = options;
  let waiting: Waiting<Item>[] = [];
  let running = false;
  /** Waits until so many are there. */
  let gathering: { readonly count: number; readonly end: () => void } | undefined;

  async function gather(count: number): Promise<void> {
    if (waiting.length >= count) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, gatherMs);
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      gathering = { count, end };
    });
    gathering = undefined;
  }

  async function runBatch(batch: readonly Waiting<Item>[]): Promise<void> {
    let outcomes: readonly Outcome[];
    try {
      outcomes = await options.run(batch.map((each) => each.item));
    } catch (error) {
      if (batch.length > 1 && !isCloudError(error, "unavailable")) {
        for (const each of batch) await runBatch([each]);
        return;
      }
      outcomes = batch.map(() => ({ error }));
    }
    for (const [index, each] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome && "error" in outcome) each.reject(outcome.error);
      else each.resolve();
    }
  }

  async function runAll(): Promise<void> {
    running = true;
    let expected = 0;
    while (waiting.length > 0) {
      // Whatever else came in with this turn of the event loop comes along.
      await nextTurn();
      await gather(expected);
      const batch = waiting.slice(0, limit);
      waiting = waiting.slice(limit);
      const startedAt = performance.now();
      await runBatch(batch);
      const isLong = gatherMs > 0 && performance.now() - startedAt > gatherMs * gatherShare;
      expected = isLong ? Math.min(limit, batch.length + waiting.length) : 0;
    }
    running = false;
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (gathering && waiting.length >= gathering.count) gathering.end();
        if (!running) void runAll();
      }),
  };
}
