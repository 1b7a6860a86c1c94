import type { Kysely } from "kysely";
import { CloudError } from "#base/errors.ts";
import type { Tx } from "./access.ts";
import type { SqliteBatch } from "./sqlite-batch.ts";
import type { Tables } from "./tables.ts";

/** Transactions of one batch at most, so that its first is not kept waiting for ever. */
const batchLimit = 256;

/** A transaction awaits SQL alone, which SQLite answers at once: one that takes so long waits for what will not come. */
const defaultTimeLimitMs = 30_000;

export interface GroupCommit {
  transaction<T>(run: (tx: Tx) => Promise<T>): Promise<T>;
  /** Returns when all that were asked for before are answered; refuses those that come later. */
  close(): Promise<void>;
}

/**
 * Transactions run one after the other; those that come before a turn of the event loop brings none share a commit, and with
 * it the wait for the disk (decision 10). All of them are answered after it, also those that failed: until then what they saw is nobody's.
 */
export function createGroupCommit(options: {
  /** Its transactions are savepoints of `batch`. */
  readonly writer: Kysely<Tables>;
  readonly batch: SqliteBatch;
  readonly timeLimitMs?: number | undefined;
}): GroupCommit {
  const { writer, batch, timeLimitMs = defaultTimeLimitMs } = options;
  const waiting: Member[] = [];
  let ended: Member[] = [];
  let running: Member | undefined;
  /** Runs at the end of the turn in which the batch began, and of each that follows. */
  let turn: NodeJS.Immediate | undefined;
  /** The turn brought a transaction. */
  let grew = false;
  let patience: NodeJS.Timeout | undefined;
  /** The turn is over: the running member is the batch's last. */
  let isDue = false;
  let closing: PromiseWithResolvers<void> | undefined;

  async function pump(): Promise<void> {
    if (running) return;
    for (let member = waiting.shift(); member; member = waiting.shift()) {
      turn ??= setImmediate(turnEnd);
      grew = true;
      running = member;
      await member.run();
      running = undefined;
      ended.push(member);
      if (isDue || !batch.isOpen || ended.length === batchLimit) commit();
    }
  }

  function turnEnd(): void {
    turn = grew && !running ? setImmediate(turnEnd) : undefined;
    grew = false;
    if (turn) return;
    if (!running) return commit();
    isDue = true;
    const member = running;
    patience = setTimeout(() => member.giveUp(tookTooLong(timeLimitMs)), timeLimitMs);
  }

  function commit(): void {
    clearImmediate(turn);
    clearTimeout(patience);
    [turn, patience, isDue] = [undefined, undefined, false];
    const members = ended;
    ended = [];
    const failure = batchCommit(batch);
    for (const member of members) member.answer(failure);
    if (waiting.length === 0) closing?.resolve();
  }

  return {
    transaction<T>(run: (tx: Tx) => Promise<T>): Promise<T> {
      if (closing) return Promise.reject(new CloudError("unavailable", "The database is being closed."));
      const caller = Promise.withResolvers<T>();
      waiting.push(createMember(writer, run, caller));
      void pump();
      return caller.promise;
    },
    close() {
      closing ??= Promise.withResolvers();
      if (!running && ended.length === 0) closing.resolve();
      return closing.promise;
    },
  };
}

interface Failure {
  readonly error: unknown;
}

interface Member {
  /** Runs it in its savepoint; never throws. */
  run(): Promise<void>;
  /** Ends it with this error while it is running. */
  giveUp(error: Error): void;
  /** Tells its caller what came of it: its own error, or the batch's, or its value. */
  answer(failure: Failure | undefined): void;
}

function createMember<T>(
  writer: Kysely<Tables>,
  run: (tx: Tx) => Promise<T>,
  caller: PromiseWithResolvers<T>,
): Member {
  let outcome: Failure | { readonly value: T } | undefined;
  let giveUp: Member["giveUp"] = () => {};
  const stoppable = (tx: Tx): Promise<T> =>
    new Promise((resolve, reject) => {
      giveUp = reject;
      run(tx).then(resolve, reject);
    });
  return {
    async run() {
      try {
        outcome = { value: await writer.transaction().execute(stoppable) };
      } catch (error) {
        outcome = { error };
      }
    },
    giveUp: (error) => giveUp(error),
    answer(failure) {
      if (!outcome || "error" in outcome) caller.reject(outcome?.error);
      else if (failure) caller.reject(failure.error);
      else caller.resolve(outcome.value);
    },
  };
}

function batchCommit(batch: SqliteBatch): Failure | undefined {
  if (!batch.isOpen) {
    const message = "The database undid this change together with another that failed; try again.";
    return { error: new CloudError("unavailable", message) };
  }
  try {
    batch.commit();
    return undefined;
  } catch (error) {
    return { error };
  }
}

function tookTooLong(timeLimitMs: number): CloudError {
  return new CloudError("bug", "An internal error occurred.", {
    detail: `a transaction awaited something else than SQL for ${timeLimitMs} ms; it was rolled back`,
  });
}
