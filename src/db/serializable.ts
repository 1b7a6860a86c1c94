import { sleep } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import { sqlStateOf } from "./postgres-errors.ts";

const attempts = 12;

/** So often a violated constraint is taken for a race: begun anew, the transaction sees the other's row and says so itself. */
const violationAttempts = 3;

/** serialization_failure, deadlock_detected */
const races = new Set(["40001", "40P01"]);
/** unique_violation, foreign_key_violation */
const violations = new Set(["23505", "23503"]);

export type Serialize = <T>(transaction: () => Promise<T>) => Promise<T>;

/**
 * Begins a transaction anew that lost a race against another: serialization failures, deadlocks, and constraints that
 * a concurrent transaction's row violates. First attempts run side by side, further ones of this process one
 * after the other. Throws `unavailable` when it keeps losing.
 */
export function createSerialize(): Serialize {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const result = last.then(run);
    last = result.catch(() => undefined);
    return result;
  };
  return async (transaction) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await (attempt === 1 ? transaction() : inTurn(transaction));
      } catch (error) {
        if (!isRace(error, attempt)) throw error;
        if (attempt === attempts) throw lost(error);
        await sleep(Math.random() * Math.min(2 ** attempt, 250));
      }
    }
  };
}

function isRace(error: unknown, attempt: number): boolean {
  const state = sqlStateOf(error) ?? "";
  return races.has(state) || (violations.has(state) && attempt < violationAttempts);
}

function lost(cause: unknown): CloudError {
  const message = "The database is busy with other requests that change the same; try again.";
  return new CloudError("unavailable", message, { cause });
}
