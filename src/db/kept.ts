import type { Db, Tx } from "./access.ts";
import { matters, type News, type Write } from "./changes.ts";

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
  /** As the rows have it that were committed before the call; `undefined` (nothing found) is never kept. */
  get(key: string): Promise<Value | undefined>;
  /** What is kept, where it is known to be so without asking anybody: never on PostgreSQL. Who gets nothing calls `get`. */
  known(key: string): Value | undefined;
  /** As the transaction sees it: what is kept, unless it wrote to one of the tables. */
  within(tx: Tx, key: string): Promise<Value | undefined>;
}

/**
 * Nothing is kept by time: a value goes when `news` tell of a write that matters. On SQLite they come with the commit; on
 * PostgreSQL each `get` first asks what other processes have committed, and inside a transaction, whose snapshot is its own,
 * everything is read.
 */
export function createKept<Value>(
  at: { readonly db: Db; readonly news: News },
  options: KeptOptions<Value>,
): Kept<Value> {
  const { db, news } = at;
  const { dependsOn, load, limit } = options;
  const values = new Map<string, Value>();
  let version = 0;
  news.watch({
    dependsOn,
    stale() {
      version += 1;
      values.clear();
    },
  });
  return {
    async get(key) {
      if (news.catchUp) await news.catchUp();
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
    known: (key) => (news.catchUp ? undefined : values.get(key)),
    async within(tx, key) {
      const unseen = news.uncommitted?.().some((write) => matters({ dependsOn }, write)) ?? true;
      return (unseen ? undefined : values.get(key)) ?? load(key, tx);
    },
  };
}
