import type { Database } from "#db/index.ts";

export interface CrashingDatabase extends Database {
  /** Resolves at the crash. */
  readonly crash: Promise<void>;
  readonly hasCrashed: () => boolean;
}

/**
 * As if the process died at its n-th transaction (from 1), just before or just after the commit: from then on no
 * transaction succeeds.
 */
export function crashingDatabase(
  database: Database,
  at: { readonly transaction: number; readonly when: "before" | "after" },
): CrashingDatabase {
  let count = 0;
  let crashed = false;
  const { promise: crash, resolve } = Promise.withResolvers<void>();
  const die = (): Error => {
    crashed = true;
    resolve();
    return new Error("the simulated process is dead");
  };
  return {
    db: database.db,
    crash,
    hasCrashed: () => crashed,
    async transaction(run) {
      count += 1;
      const isLast = count === at.transaction;
      if (crashed || (isLast && at.when === "before")) throw die();
      const result = await database.transaction(run);
      if (isLast) throw die();
      return result;
    },
    kept: (options) => database.kept(options),
    close: () => Promise.resolve(),
  };
}
