import { setImmediate as nextTurn } from "node:timers/promises";
import { CompiledQuery, type Kysely } from "kysely";
import { staleTell, type News, type Watcher, type Write } from "./changes.ts";
import type { Tables } from "./tables.ts";

/** Entries that this process reads until it removes old ones. */
const entriesBetweenPrunes = 10_000;

const anything: Write = { table: "*", kind: "delete" };

/**
 * How the processes on one PostgreSQL learn of each other's writes (decision 22). Each transaction that writes leaves an
 * entry in `database_changes`, committed with the rest: what others keep, it cannot know. Whoever is about to use what is
 * kept reads the entries that were not there when they last looked, by the snapshots of both looks, so that none is missed,
 * however transactions overlap.
 */
export interface ChangeLog extends News {
  catchUp(): Promise<void>;
  /** Removes entries that every transaction sees; all processes then let go of everything, once. */
  prune(): Promise<void>;
}

/** By the transaction's own connection, just before its commit; the value: `changeEntry`. */
export const changeInsert = `insert into "database_changes" ("writes") values ($1)`;

/** Not the position itself but what it says: a snapshot, with the transactions that it does not see yet. */
const entriesSince = `select pg_current_snapshot()::text as "position", array(
  select "writes" from "database_changes" where "transaction" >= pg_snapshot_xmin($1::pg_snapshot)
  and not pg_visible_in_snapshot("transaction", $1::pg_snapshot)) as "entries"`;

const entriesPrune = `with "gone" as (
  delete from "database_changes" where "transaction" < pg_snapshot_xmin(pg_current_snapshot()))
  insert into "database_changes" ("writes") values ($1)`;

interface Look {
  readonly position: string;
  readonly entries: readonly string[];
}

/** `db`: where it asks, outside of transactions. */
export function createChangeLog(db: Kysely<Tables>): ChangeLog {
  const watchers: Watcher[] = [];
  let position: string | undefined;
  let entriesRead = 0;
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | undefined;

  async function look(): Promise<void> {
    const since = position;
    // Until it has succeeded nothing is known: a server that was away may come back as another one.
    position = undefined;
    const { rows } = await db.executeQuery<Look>(CompiledQuery.raw(entriesSince, [since ?? null]));
    const [found] = rows;
    if (!found || since === undefined) staleTell(watchers, [anything]);
    else if (found.entries.length > 0) staleTell(watchers, found.entries.flatMap(writesOf));
    position = found?.position;
    entriesRead += found?.entries.length ?? 0;
    // Whoever reads the next entries tries again.
    if (entriesRead >= entriesBetweenPrunes) void prune().catch(() => undefined);
  }

  async function prune(): Promise<void> {
    entriesRead = 0;
    await db.executeQuery(CompiledQuery.raw(entriesPrune, [changeEntry([anything])]));
  }

  return {
    watch: (watcher) => watchers.push(watcher),
    /** A look that begins after the call; those that call until then share it. */
    catchUp() {
      next ??= last
        .then(() => nextTurn())
        .then(() => {
          next = undefined;
          const looking = look();
          last = looking.catch(() => undefined);
          return looking;
        });
      return next;
    },
    prune,
  };
}

export function changeEntry(writes: readonly Write[]): string {
  return JSON.stringify(writes.map(({ kind, table }) => [kind, table]));
}

function writesOf(entry: string): Write[] {
  const pairs = JSON.parse(entry) as [Write["kind"], string][];
  return pairs.map(([kind, table]) => ({ kind, table }));
}
