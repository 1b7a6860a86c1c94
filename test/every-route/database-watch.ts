import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import type { DatabaseAddress } from "#db/index.ts";

/** Table → its rows as text, or a hash of them. */
export type Dump = ReadonlyMap<string, string>;

/** A connection of the test's own, which sees what the cloud has committed. */
export interface DatabaseWatch {
  dump(): Promise<Dump>;
  close(): Promise<void>;
}

export async function databaseWatch(address: DatabaseAddress): Promise<DatabaseWatch> {
  return address.kind === "sqlite" ? sqliteWatch(address.path) : postgresWatch(address.url.expose());
}

function sqliteWatch(path: string): DatabaseWatch {
  const database = new DatabaseSync(path);
  const names = database
    .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name")
    .all() as unknown as { name: string }[];
  const tables = names.map(({ name }) => ({ name, rows: database.prepare(`select * from "${name}"`) }));
  // It changes with every commit of another connection, and with nothing else.
  const version = database.prepare("pragma data_version");
  const versionNow = (): unknown => version.get()?.["data_version"];
  let last: { readonly version: unknown; readonly dump: Dump } | undefined;
  return {
    async dump() {
      const now = versionNow();
      if (last !== undefined && last.version === now) return last.dump;
      const dump = new Map(tables.map(({ name, rows }) => [name, JSON.stringify(rows.all())]));
      last = { version: now, dump };
      return dump;
    },
    close: async () => database.close(),
  };
}

async function postgresWatch(url: string): Promise<DatabaseWatch> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows: names } = await client.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by tablename",
  );
  // Unchanged tables are read in the same order. Prepared: planning takes longer than reading.
  const text = names
    .map(({ name }) => `select '${name}' as name, md5(string_agg(t::text, chr(10))) as rows from "${name}" t`)
    .join(" union all ");
  // The next number of a transaction that writes, in any database of the server: other tests move it too.
  const next = { name: "next", text: "select pg_snapshot_xmax(pg_current_snapshot())::text as next" };
  let last: { readonly next: string | undefined; readonly dump: Dump } | undefined;
  return {
    async dump() {
      const now = (await client.query<{ next: string }>(next)).rows[0]?.next;
      if (last !== undefined && last.next === now) return last.dump;
      const { rows } = await client.query<{ name: string; rows: string | null }>({ name: "dump", text });
      const dump = new Map(rows.map((row) => [row.name, row.rows ?? ""]));
      last = { next: now, dump };
      return dump;
    },
    close: () => client.end(),
  };
}

/** Names of the tables whose rows are not the same. */
export function tablesChanged(before: Dump, after: Dump): string[] {
  return [...after.keys()].filter((name) => before.get(name) !== after.get(name));
}
