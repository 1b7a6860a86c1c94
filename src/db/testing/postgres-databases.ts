import { createHash, randomBytes } from "node:crypto";
import { Client } from "pg";
import { Secret } from "#base/secret.ts";
import { openDatabase, type Database, type Migrations } from "../index.ts";

/** Open and emptied databases of this test file, by their template: opening one takes longer than most tests. */
const free = new Map<string, Database[]>();

/** A database with these tables, all of them empty; `close` empties it for the next test of this file. */
export async function postgresOpen(server: string, migrations: Migrations): Promise<Database> {
  const template = templateOf(migrations);
  const known = free.get(template)?.pop();
  if (known !== undefined) return known;
  const url = await postgresCreate(server, migrations);
  const database = await openDatabase({ address: addressOf(url), migrations });
  const empty = await emptierOpen(url);
  const recycled: Database = {
    ...database,
    async close() {
      await empty();
      free.set(template, [...(free.get(template) ?? []), recycled]);
    },
  };
  return recycled;
}

/** The URL of a new database with these tables: a copy of a template, for migrating takes time. */
export async function postgresCreate(server: string, migrations: Migrations): Promise<string> {
  const template = templateOf(migrations);
  const name = `test_${randomBytes(8).toString("hex")}`;
  await withClient(server, async (client) => {
    await templateEnsure(client, server, template, migrations);
    await client.query(`create database ${name} template ${template}`);
  });
  return urlOf(server, name);
}

export async function postgresDrop(server: string, url: string): Promise<void> {
  await withClient(server, (client) => client.query(`drop database ${nameOf(url)} with (force)`));
}

/** What brings back the rows of a new database, without looking at foreign keys. Its connection ends with the server. */
async function emptierOpen(url: string): Promise<() => Promise<unknown>> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'schema_migrations%'",
  );
  const statements = rows.map(({ name }) => `delete from "${name}";`);
  // What migrations put there: a new database has it too.
  for (const { name } of rows) {
    const { rows: found } = await client.query<{ json: string | null }>(
      `select json_agg(seed)::text as json from "${name}" as seed`,
    );
    const json = found[0]?.json;
    if (typeof json !== "string") continue;
    const seed = `json_populate_recordset(null::"${name}", ${client.escapeLiteral(json)})`;
    statements.push(`insert into "${name}" select * from ${seed};`);
  }
  await client.query("set session_replication_role = replica");
  // A function's statements are planned once.
  await client.query(
    `create function pg_temp.emptied() returns void language plpgsql as $body$ begin ${statements.join(" ")} end $body$`,
  );
  const tables = rows.map(({ name }) => `"${name}"`).join(", ");
  let emptied = 0;
  return async () => {
    await client.query("select pg_temp.emptied()");
    emptied += 1;
    // Nobody else removes what is dead (test/kit/postgresql-server.ts), and whole tables are read past it.
    if (emptied % 50 === 0 && rows.length > 0) await client.query(`vacuum ${tables}`);
  };
}

function templateOf(migrations: Migrations): string {
  const names = Object.keys(migrations).toSorted().join(" ");
  return `template_${createHash("sha256").update(names).digest("hex").slice(0, 16)}`;
}

/** Made once in a run: files run side by side, so under a lock. */
async function templateEnsure(
  client: Client,
  server: string,
  template: string,
  migrations: Migrations,
): Promise<void> {
  await client.query("select pg_advisory_lock(1)");
  try {
    const { rowCount } = await client.query("select from pg_database where datname = $1", [template]);
    if (rowCount !== 0) return;
    const making = `making_${template}`;
    await client.query(`create database ${making}`);
    if (Object.keys(migrations).length > 0)
      await (await openDatabase({ address: addressOf(urlOf(server, making)), migrations })).close();
    await client.query(`alter database ${making} rename to ${template}`);
  } finally {
    await client.query("select pg_advisory_unlock(1)");
  }
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

function addressOf(url: string): { readonly kind: "postgresql"; readonly url: Secret<string> } {
  return { kind: "postgresql", url: new Secret(url) };
}

function urlOf(server: string, name: string): string {
  return server.replace(/@\/\w+/, `@/${name}`);
}

function nameOf(url: string): string {
  return /@\/(\w+)/.exec(url)?.[1] ?? "";
}
