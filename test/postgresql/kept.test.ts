import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Database, Kept, Migrations, Tx } from "#db/index.ts";
import { databasePlace, openPlace, type DatabasePlace } from "#db/testing/index.ts";

declare module "#db/tables.ts" {
  interface Tables {
    shared_rows: { id: string; amount: number };
  }
}

const migrations: Migrations = {
  "0000-shared": {
    up: async (db) => {
      await sql`create table shared_rows (id text primary key, amount integer not null)`.execute(db);
      await sql`insert into shared_rows values ('a', 0), ('b', 0)`.execute(db);
    },
  },
};

/** Each as a process of its own has it: they have nothing but the database in common. */
interface Process {
  readonly database: Database;
  readonly kept: Kept<number>;
  loads: number;
}

let place: DatabasePlace;
let here: Process;
let there: Process;
beforeAll(async () => {
  place = await databasePlace();
  here = await start();
  there = await start();
});
beforeEach(() => {
  here.loads = 0;
  there.loads = 0;
});
afterAll(async () => {
  await here.database.close();
  await there.database.close();
  await place.remove();
});

async function start(): Promise<Process> {
  const database = await openPlace(place, migrations);
  const kept = database.kept<number>({
    dependsOn: ({ table }) => table === "shared_rows",
    async load(id, db) {
      process.loads += 1;
      const row = await db.selectFrom("shared_rows").select("amount").where("id", "=", id).executeTakeFirst();
      return row?.amount;
    },
    limit: 10,
  });
  const process: Process = { database, kept, loads: 0 };
  return process;
}

const add = (tx: Tx, id: string): Promise<unknown> =>
  tx
    .updateTable("shared_rows")
    .set({ amount: sql`amount + 1` })
    .where("id", "=", id)
    .execute();

test("a value stays in memory until another process changes it, and is then seen by the next who asks", async () => {
  for (let round = 0; round < 20; round += 1) {
    const before = await here.kept.get("a");
    const { loads } = here;
    await here.kept.get("a");
    expect(here.loads).toBe(loads);
    await there.database.transaction((tx) => add(tx, "a"));
    expect(await here.kept.get("a")).toBe((before ?? Number.NaN) + 1);
  }
});

test("what another process took back makes nothing stale", async () => {
  const before = await here.kept.get("a");
  here.loads = 0;
  const adding = there.database.transaction(async (tx) => {
    await add(tx, "a");
    throw new Error("no");
  });
  await expect(adding).rejects.toThrow("no");
  expect(await here.kept.get("a")).toBe(before);
  expect(here.loads).toBe(0);
});

test("a long transaction that began before others, and ends after them, is seen when it ends", async () => {
  const before = (await here.kept.get("a")) ?? Number.NaN;
  const [written, others] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const long = there.database.transaction(async (tx) => {
    await add(tx, "a");
    written.resolve();
    // Against the rule that only SQL is awaited: it is to be long.
    await others.promise;
  });
  await written.promise;
  for (let count = 0; count < 5; count += 1) {
    await here.database.transaction((tx) => add(tx, "b"));
    expect(await here.kept.get("a")).toBe(before);
  }
  others.resolve();
  await long;
  expect(await here.kept.get("a")).toBe(before + 1);
});

test("whoever writes, and however many at once: nobody who asks after a commit gets what was before it", async () => {
  const [first, second] = await Promise.all(["a", "b"].map(async (id) => here.kept.get(id)));
  const committed: Record<string, number> = { a: first ?? 0, b: second ?? 0 };
  const stale: string[] = [];
  let writing = 2;
  const write = async ({ database }: Process, id: string): Promise<void> => {
    for (let count = 0; count < 60; count += 1) {
      await database.transaction((tx) => add(tx, id));
      committed[id] = (committed[id] ?? 0) + 1;
    }
    writing -= 1;
  };
  const read = async ({ kept }: Process, id: string): Promise<void> => {
    for (let reading = true; reading; reading = writing > 0) {
      const least = committed[id] ?? 0;
      const found = (await kept.get(id)) ?? 0;
      if (found < least) stale.push(`${id}: ${found} after ${least}`);
    }
  };
  const readers = [here, there].flatMap((process) => ["a", "b", "a", "b"].map((id) => read(process, id)));
  await Promise.all([write(here, "a"), write(there, "b"), ...readers]);
  expect(stale).toEqual([]);
  expect(await there.kept.get("a")).toBe(committed["a"]);
  expect(await here.kept.get("b")).toBe(committed["b"]);
});

test("a process that starts removes old entries: the others read again once", async () => {
  await here.kept.get("a");
  here.loads = 0;
  await (await start()).database.close();
  const entries = sql<{ count: number }>`select count(*) as count from database_changes`;
  const { rows } = await here.database.transaction((tx) => entries.execute(tx));
  expect(rows[0]?.count).toBeLessThan(5);
  await here.kept.get("a");
  await here.kept.get("a");
  expect(here.loads).toBe(1);
});
