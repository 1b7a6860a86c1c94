import type { Changes, Write } from "./changes.ts";

export interface KeptOptions<Value> {
  /** Whether such a write, once committed, makes a kept value stale. What a DELETE reaches by foreign keys counts too. */
  readonly dependsOn: (write: Write) => boolean;
  readonly load: (key: string) => Promise<Value | undefined>;
  /** Values at most; beyond, all are let go. */
  readonly limit: number;
}

/** Values read from tables, kept in memory for as long as the tables stay as they were read. */
export interface Kept<Value> {
  /** As the committed rows have it now; `undefined` (nothing found) is never kept. */
  get(key: string): Promise<Value | undefined>;
}

/**
 * On SQLite this process makes every write itself and so knows exactly when a value goes stale; nothing is kept by time.
 * Without `changes` (PostgreSQL, where other processes write) each `get` reads.
 */
export function createKept<Value>(changes: Changes | undefined, options: KeptOptions<Value>): Kept<Value> {
  if (!changes) return { get: options.load };
  const values = new Map<string, Value>();
  let version = 0;
  changes.watch((write) => {
    if (write.table !== "*" && !options.dependsOn(write)) return;
    version += 1;
    values.clear();
  });
  return {
    async get(key) {
      const kept = values.get(key);
      if (kept !== undefined) return kept;
      const readAt = version;
      const value = await options.load(key);
      // A commit while it was read: whether before or after the reading, nobody knows.
      if (value === undefined || readAt !== version) return value;
      if (values.size >= options.limit) values.clear();
      values.set(key, value);
      return value;
    },
  };
}
