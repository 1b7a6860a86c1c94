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

/**
 * Runs items together: those that arrive while a batch runs make up the next one, of `limit` at most. `run` answers
 * for each item by itself. When it throws, nothing of the batch has happened: then each item is run alone, so that
 * one that the database refuses takes none with it.
 */
export function createBatcher<Item>(options: {
  readonly limit: number;
  readonly run: (items: readonly Item[]) => Promise<readonly Outcome[]>;
}): Batcher<Item> {
  let waiting: Waiting<Item>[] = [];
  let running = false;

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
    while (waiting.length > 0) {
      // Whatever else came in with this turn of the event loop comes along.
      await nextTurn();
      const batch = waiting.slice(0, options.limit);
      waiting = waiting.slice(options.limit);
      await runBatch(batch);
    }
    running = false;
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (!running) void runAll();
      }),
  };
}
