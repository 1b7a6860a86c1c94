import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database, Db, Migrations } from "#db/index.ts";
import { databasePlace, openPlace, type DatabasePlace } from "#db/testing/index.ts";

declare module "#db/tables.ts" {
  interface Tables {
    altered_rows: { id: string };
  }
}

const migrations: Migrations = {
  "0000-prepared": {
    up: async (db) => {
      await sql`create table altered_rows (id text primary key)`.execute(db);
      await sql`insert into altered_rows values ('a')`.execute(db);
    },
  },
};

let place: DatabasePlace;
let older: Database;
let newer: Database;
beforeAll(async () => {
  place = await databasePlace();
  older = await openPlace(place, migrations);
  newer = await openPlace(place, migrations);
});
afterAll(async () => {
  await older.close();
  await newer.close();
  await place.remove();
});

const read = (db: Db): Promise<object | undefined> =>
  db.selectFrom("altered_rows").selectAll().where("id", "=", "a").executeTakeFirst();

test("a question is prepared once for each connection", async () => {
  const names = await older.transaction(async (tx) => {
    await read(tx);
    await read(tx);
    const { rows } = await sql<{ name: string }>`select name from pg_prepared_statements
      where statement like '%altered_rows%' and name <> ''`.execute(tx);
    return rows.map(({ name }) => name);
  });
  expect(names).toHaveLength(1);
});

test("a table that another process changes meanwhile is read as it is then, within a transaction too", async () => {
  for (const column of ["one", "two"]) {
    for (let turn = 0; turn < 20; turn += 1) {
      await read(older.db);
      await older.transaction((tx) => read(tx));
    }
    await newer.transaction((tx) =>
      sql`alter table altered_rows add column ${sql.ref(column)} integer`.execute(tx),
    );
    expect(await read(older.db)).toHaveProperty(column, null);
    const add = async (): Promise<object | undefined> =>
      older.transaction(async (tx) => {
        await sql`insert into altered_rows (id) values (${column})`.execute(tx);
        return read(tx);
      });
    expect(await add()).toHaveProperty(column, null);
  }
  const rows = await newer.db.selectFrom("altered_rows").select("id").orderBy("id").execute();
  expect(rows.map(({ id }) => id)).toEqual(["a", "one", "two"]);
});
