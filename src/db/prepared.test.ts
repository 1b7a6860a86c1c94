import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepared, type Database, type Db, type Migrations, type Tx } from "./index.ts";
import { openTestDatabase } from "./testing/index.ts";

declare module "#db/tables.ts" {
  interface Tables {
    prepared_rows: { id: string; amount: number; note: string | null };
  }
}

const migrations: Migrations = {
  "0000-prepared": {
    up: async (db) => {
      await db.schema
        .createTable("prepared_rows")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("amount", "integer", (column) => column.notNull())
        .addColumn("note", "text")
        .execute();
    },
  },
};

let database: Database;
beforeEach(async () => {
  database = await openTestDatabase(migrations, { inMemory: true });
});
afterEach(() => database.close());

const insert = prepared((tx: Tx, row: { id: string; amount: number; note: string | null }) =>
  tx.insertInto("prepared_rows").values({ id: row.id, amount: row.amount, note: row.note }),
);

test("each use has its own values, in transactions and outside, on one connection and the next", async () => {
  let built = 0;
  const between = prepared((db: Db, { least, most }: { least: number; most: number }) => {
    built += 1;
    return db
      .selectFrom("prepared_rows")
      .selectAll()
      .where("amount", ">=", least)
      .where(sql<boolean>`amount <= ${most}`)
      .orderBy("id");
  });
  const inside = await database.transaction(async (tx) => {
    await insert(tx, { id: "a", amount: 1, note: null });
    await insert(tx, { id: "b", amount: 2, note: "two" });
    return between(tx, { least: 2, most: 3 });
  });
  expect(inside).toEqual([{ id: "b", amount: 2, note: "two" }]);
  const all = [...(await between(database.db, { least: 0, most: 1 })), ...inside];
  expect(all.map(({ id }) => id)).toEqual(["a", "b"]);
  const before = built;
  expect(await between(database.db, { least: 3, most: 0 })).toEqual([]);
  expect(built).toBe(before);
  await database.close();
  database = await openTestDatabase(migrations, { inMemory: true });
  expect(await between(database.db, { least: 0, most: 9 })).toEqual([]);
});

test("what its text would depend on is refused", async () => {
  const spread = prepared((tx: Tx, row: { id: string; amount: number; note: null }) =>
    tx.insertInto("prepared_rows").values({ ...row }),
  );
  const adding = database.transaction((tx) => spread(tx, { id: "a", amount: 1, note: null }));
  await expect(adding).rejects.toMatchObject({ code: "bug" });
});
