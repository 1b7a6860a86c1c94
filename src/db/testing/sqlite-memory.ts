import type { DatabaseSync } from "node:sqlite";
import { Kysely, SqliteDialect } from "kysely";
import { createChanges, type Changes } from "../changes.ts";
import type { Database, Migrations } from "../index.ts";
import { createKept } from "../kept.ts";
import { sqliteOpen, sqliteShim } from "../sqlite.ts";
import type { Tables } from "../tables.ts";
import { sqliteImage } from "./sqlite-image.ts";

/** Closed and emptied ones of this process, by their tables: what a saga's tests open costs more than what they do with it. */
const free = new Map<string, Database[]>();

/**
 * SQLite without a file, with these tables, all of them as migrations leave them: one connection for all, and no disk to wait for.
 * `close` empties it for the next test; statements stay prepared.
 */
export async function sqliteMemoryOpen(migrations: Migrations): Promise<Database> {
  const tables = Object.keys(migrations).toSorted().join(" ");
  const known = free.get(tables)?.pop();
  if (known !== undefined) return known;
  const database = sqliteOpen(":memory:", { readOnly: false });
  database.deserialize(inMemoryForm(await sqliteImage(migrations)));
  const written = new Set<string>();
  let changes = createChanges();
  const told: Pick<Changes, "ran" | "watch"> = {
    watch: (watcher) => changes.watch(watcher),
    ran(statement, inTransaction) {
      if (typeof statement === "object") written.add(statement.table);
      changes.ran(statement, inTransaction);
    },
  };
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqliteShim(database, told) }) });
  const empty = emptier(database);
  const opened: Database = {
    db,
    transaction: (run) => db.transaction().execute(run),
    kept: (what) => createKept({ db, news: changes }, what),
    async close() {
      empty(written);
      written.clear();
      // What the last test kept stays that test's.
      changes = createChanges();
      free.set(tables, [...(free.get(tables) ?? []), opened]);
    },
  };
  return opened;
}

/**
 * What brings back the rows of a new database. `written`: the tables, or `*`. Foreign keys stay on: a change of that pragma has every
 * statement prepared anew.
 */
function emptier(database: DatabaseSync): (written: ReadonlySet<string>) => void {
  const tables = childrenFirst(database)
    .filter((name) => !name.startsWith("schema_migrations"))
    .map((name) => ({
      name,
      removal: database.prepare(`delete from "${name}"`),
      seeds: seedsOf(database, name),
    }));
  const seeded = tables.filter(({ seeds }) => seeds.length > 0).toReversed();
  return (written) => {
    database.exec("BEGIN");
    for (const { name, removal, seeds } of tables)
      // What foreign keys did to a row that no migration made, they did in a table that was written.
      if (seeds.length > 0 || written.has(name) || written.has("*") || name === "sqlite_sequence")
        removal.run();
    for (const { seeds } of seeded) for (const insert of seeds) insert();
    database.exec("COMMIT");
  };
}

function childrenFirst(database: DatabaseSync): string[] {
  const names = database.prepare("select name from sqlite_schema where type = 'table'").all();
  const parentsOf = database.prepare('select "table" as name from pragma_foreign_key_list(?)');
  const parentsFirst = new Set<string>();
  const add = (name: string, from: readonly string[]): void => {
    if (parentsFirst.has(name) || from.includes(name)) return;
    for (const parent of parentsOf.all(name)) add(String(parent["name"]), [...from, name]);
    parentsFirst.add(name);
  };
  for (const { name } of names) add(String(name), []);
  return [...parentsFirst].toReversed();
}

/** Each puts one row of the table there again. */
function seedsOf(database: DatabaseSync, table: string): readonly (() => void)[] {
  return database
    .prepare(`select * from "${table}"`)
    .all()
    .map((row) => {
      const columns = Object.keys(row).map((column) => `"${column}"`);
      const places = columns.map(() => "?").join(", ");
      const insertion = database.prepare(`insert into "${table}" (${columns.join(", ")}) values (${places})`);
      return () => void insertion.run(...Object.values(row));
    });
}

/** Memory has no WAL: the header has to ask for the older journal (https://sqlite.org/c3ref/deserialize.html). */
function inMemoryForm(image: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(image);
  copy.set([1, 1], 18);
  return copy;
}
