import type { Changes, Write } from "./changes.ts";
import type { Db, Tx } from "./access.ts";

export interface KeptOptions<Value> {
  /** Whether such a write, once committed, makes a kept value stale. What a DELETE reaches by foreign keys counts too. */
  readonly dependsOn: (write: Write) => boolean;
  /** Reads by `db` alone, which `within` makes a transaction. */
  readonly load: (key: string, db: Db) => Promise<Value | undefined>;
  /** Values at most; beyond, all are let go. */
  readonly limit: number;
}

/** Values read from tables, kept in memory for as long as the tables stay as they were read. */
export interface Kept<Value> {
  /** As the committed rows have it now; `undefined` (nothing found) is never kept. */
  get(key: string): Promise<Value | undefined>;
  /** As the transaction sees it: what is kept, unless it wrote to one of the tables. */
  within(tx: Tx, key: string): Promise<Value | undefined>;
}

/**
 * On SQLite this process makes every write itself and so knows exactly when a value goes stale; nothing is kept by time.
 * Without `changes` (PostgreSQL, where other processes write) each `get` reads.
 */
export function createKept<Value>(
  at: { readonly db: Db; readonly changes: Changes | undefined },
  options: KeptOptions<Value>,
): Kept<Value> {
  const { db, changes } = at;
  const { dependsOn, load, limit } = options;
  if (!changes) return { get: (key) => load(key, db), within: (tx, key) => load(key, tx) };
  const values = new Map<string, Value>();
  let version = 0;
  const matters = (write: Write): boolean => write.table === "*" || dependsOn(write);
  changes.watch((write) => {
    if (!matters(write)) return;
    version += 1;
    values.clear();
  });
  return {
    async get(key) {
      const kept = values.get(key);
      if (kept !== undefined) return kept;
      const readAt = version;
      const value = await load(key, db);
      // A commit while it was read: whether before or after the reading, nobody knows.
      if (value === undefined || readAt !== version) return value;
      if (values.size >= limit) values.clear();
      values.set(key, value);
      return value;
    },
    async within(tx, key) {
      const kept = changes.uncommitted().some(matters) ? undefined : values.get(key);
      return kept ?? load(key, tx);
    },
  };
}
