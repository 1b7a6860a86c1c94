import type { Db } from "./access.ts";
import type { News, Write } from "./changes.ts";

export interface KeptOptions<Value, Given = void> {
  /** Whether such a write, once committed, makes a kept value stale. What a DELETE reaches by foreign keys counts too. */
  readonly dependsOn: (write: Write) => boolean;
  /** `given`: what it needs besides the key, and nobody keeps. */
  readonly load: (key: string, db: Db, given: Given) => Promise<Value | undefined>;
  /** Values at most; beyond, all are let go. */
  readonly limit: number;
}

/** Values read from tables, kept in memory for as long as the tables stay as they were read. */
export interface Kept<Value, Given = void> {
  /**
   * As the rows have it that were committed before the call; `undefined` (nothing found) is never kept. At once, and no
   * promise, where what is kept is known to be so without asking anybody: never on PostgreSQL.
   */
  get(key: string, given: Given): Value | Promise<Value | undefined>;
}

/**
 * Nothing is kept by time: a value goes when `news` tell of a write that matters. On SQLite they come with the commit; on
 * PostgreSQL each `get` first asks what other processes have committed. Inside a transaction everything is read.
 */
export function createKept<Value, Given = void>(
  at: { readonly db: Db; readonly news: News },
  options: KeptOptions<Value, Given>,
): Kept<Value, Given> {
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
  async function read(key: string, given: Given): Promise<Value | undefined> {
    const readAt = version;
    const value = await load(key, db, given);
    // A commit while it was read: whether before or after the reading, nobody knows.
    if (value === undefined || readAt !== version) return value;
    if (values.size >= limit) values.clear();
    values.set(key, value);
    return value;
  }
  const kept = (key: string, given: Given): Value | Promise<Value | undefined> =>
    values.get(key) ?? read(key, given);
  return {
    get: (key, given) => (news.catchUp ? news.catchUp().then(() => kept(key, given)) : kept(key, given)),
  };
}
