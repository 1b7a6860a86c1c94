import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import type { DatabaseAddress } from "#db/index.ts";

/** All rows of all tables as text, to look for what must not be in them. */
export async function databaseText(address: DatabaseAddress): Promise<string> {
  if (address.kind === "sqlite") {
    using database = new DatabaseSync(address.path, { readOnly: true });
    const names = database.prepare("select name from sqlite_master where type = 'table'").all();
    return names
      .map(({ name }) => JSON.stringify(database.prepare(`select * from "${String(name)}"`).all()))
      .join("\n");
  }
  const client = new Client({ connectionString: address.url.expose() });
  await client.connect();
  try {
    const names = await client.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    );
    const texts: string[] = [];
    for (const { name } of names.rows) {
      const { rows } = await client.query<{ text: string | null }>(
        `select string_agg(t::text, chr(10)) as text from "${name}" t`,
      );
      texts.push(rows[0]?.text ?? "");
    }
    return texts.join("\n");
  } finally {
    await client.end();
  }
}
