import { stat } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { migrationList, openDatabase, type Database, type Migrations, type Tx } from "./index.ts";
import { databasePlace, type DatabasePlace } from "./testing/index.ts";

declare module "#db/tables.ts" {
  interface Tables {
    test_rows: { id: string; amount: number; big: number | null };
  }
}

let migrated: number;
const migrations: Migrations = {
  "0000-test": {
    up: async (db) => {
      migrated += 1;
      await db.schema
        .createTable("test_rows")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("amount", "integer", (column) => column.notNull())
        .addColumn("big", "bigint")
        .execute();
    },
  },
};

let place: DatabasePlace;
const opened: Database[] = [];
beforeEach(async () => {
  migrated = 0;
  place = await databasePlace();
});
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
  await place.remove();
});

async function open(): Promise<Database> {
  const database = await openDatabase({ address: place.address, migrations });
  opened.push(database);
  return database;
}

/** As two processes do; a SQLite file belongs to one, which opens it once. */
async function openTwice(): Promise<[Database, Database]> {
  const first = await open();
  return [first, place.address.kind === "sqlite" ? first : await open()];
}

function insert(tx: Tx, id: string, amount: number): Promise<unknown> {
  return tx.insertInto("test_rows").values({ id, amount, big: null }).execute();
}

test("what is committed is read back, also after a new opening; a file is private", async () => {
  const first = await open();
  await first.transaction((tx) => insert(tx, "a", 1));
  const rows = [{ id: "a", amount: 1, big: null }];
  expect(await first.db.selectFrom("test_rows").selectAll().execute()).toEqual(rows);
  const second = await open();
  expect(await second.db.selectFrom("test_rows").selectAll().execute()).toEqual(rows);
  if (place.address.kind === "sqlite") expect((await stat(place.address.path)).mode & 0o777).toBe(0o600);
});

test("a transaction that throws leaves nothing, and the next one works", async () => {
  const database = await open();
  const failing = database.transaction(async (tx) => {
    await insert(tx, "a", 1);
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await database.db.selectFrom("test_rows").selectAll().execute()).toEqual([]);
  await database.transaction((tx) => insert(tx, "b", 2));
  expect(await database.db.selectFrom("test_rows").selectAll().execute()).toHaveLength(1);
});

test("counts, sums, averages and 64-bit columns are numbers", async () => {
  const database = await open();
  const big = Number.MAX_SAFE_INTEGER;
  await database.transaction((tx) =>
    tx
      .insertInto("test_rows")
      .values([
        { id: "a", amount: 1, big: big - 2 },
        { id: "b", amount: 2, big: 2 },
      ])
      .execute(),
  );
  const row = await database.db
    .selectFrom("test_rows")
    .select(({ fn }) => [
      fn.countAll<number>().as("count"),
      fn.sum<number>("amount").as("amounts"),
      fn.sum<number>("big").as("sum"),
      fn.max("big").as("max"),
      fn.avg<number>("amount").as("average"),
    ])
    .executeTakeFirstOrThrow();
  expect(row).toEqual({ count: 2, amounts: 3, sum: big, max: big - 2, average: 1.5 });
});

test("transactions that read and then write behave as if they ran one after the other", async () => {
  const [first, second] = await openTwice();
  // Each takes what the others left: two that read the same would leave too much.
  const take = (database: Database, id: string): Promise<void> =>
    database.transaction(async (tx) => {
      const { count } = await tx
        .selectFrom("test_rows")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .executeTakeFirstOrThrow();
      if (count < 10) await insert(tx, id, count);
    });
  const ids = Array.from({ length: 30 }, (_, index) => `row ${index}`);
  await Promise.all(ids.map((id, index) => take(index % 2 === 0 ? first : second, id)));
  const rows = await first.db.selectFrom("test_rows").select("amount").orderBy("amount").execute();
  expect(rows.map(({ amount }) => amount)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("of many that insert the same after looking, all but one see the one's row", async () => {
  const [first, second] = await openTwice();
  const ensure = (database: Database): Promise<"made" | "known"> =>
    database.transaction(async (tx) => {
      const known = await tx.selectFrom("test_rows").select("id").where("id", "=", "a").executeTakeFirst();
      if (known) return "known";
      await insert(tx, "a", 1);
      return "made";
    });
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, index) => ensure(index % 2 === 0 ? first : second)),
  );
  expect(outcomes.filter((outcome) => outcome === "made")).toEqual(["made"]);
});

test("a violated constraint that is no race comes out", async () => {
  const database = await open();
  await database.transaction((tx) => insert(tx, "a", 1));
  let runs = 0;
  const again = database.transaction((tx) => {
    runs += 1;
    return insert(tx, "a", 1);
  });
  await expect(again).rejects.toThrow(/unique/i);
  expect(runs).toBe(place.address.kind === "sqlite" ? 1 : 3);
});

test("text that PostgreSQL cannot store is the request's fault", async () => {
  const database = await open();
  const adding = database.transaction((tx) => insert(tx, "nul \0", 1));
  if (place.address.kind === "sqlite") await adding;
  else await expect(adding).rejects.toMatchObject({ code: "invalid" });
  const large = database.transaction((tx) => insert(tx, "large", 2 ** 40));
  if (place.address.kind === "sqlite") await large;
  else await expect(large).rejects.toMatchObject({ code: "invalid" });
});

test("the list of migrations changes nothing", async () => {
  expect(await migrationList(place.address)).toEqual([]);
  await open();
  expect(await migrationList(place.address)).toEqual(["0000-test", "0070-database-changes"]);
});

test("many that start at once migrate once", async () => {
  const many = place.address.kind === "sqlite" ? 1 : 5;
  await Promise.all(Array.from({ length: many }, open));
  expect(migrated).toBe(1);
});
