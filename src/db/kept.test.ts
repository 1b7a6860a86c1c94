import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { statementOf } from "./changes.ts";
import type { Database, Kept, Migrations, Tx } from "./index.ts";
import { openTestDatabase } from "./testing/index.ts";

declare module "#db/tables.ts" {
  interface Tables {
    kept_rows: { id: string; amount: number };
    other_rows: { id: string; amount: number };
  }
}

const migrations: Migrations = {
  "0000-kept": {
    up: async (db) => {
      for (const table of ["kept_rows", "other_rows"]) {
        await db.schema
          .createTable(table)
          .addColumn("id", "text", (column) => column.primaryKey())
          .addColumn("amount", "integer", (column) => column.notNull())
          .execute();
      }
    },
  },
};

let database: Database;
let loads: number;
let kept: Kept<number>;
beforeEach(async () => {
  database = await openTestDatabase(migrations);
  loads = 0;
  kept = keptOf(() => Promise.resolve());
  await kept.get("a");
  await write((tx) => insert(tx, "a", 1));
  await kept.get("a");
  loads = 0;
});
afterEach(() => database.close());

function keptOf(afterRead: () => Promise<unknown>): Kept<number> {
  return database.kept({
    dependsOn: ({ table, kind }) => table === "kept_rows" && kind !== "delete",
    async load(id, db) {
      loads += 1;
      const row = await db.selectFrom("kept_rows").select("amount").where("id", "=", id).executeTakeFirst();
      await afterRead();
      return row?.amount;
    },
    limit: 2,
  });
}

const write = <T>(run: (tx: Tx) => Promise<T>): Promise<T> => database.transaction(run);
const insert = (tx: Tx, id: string, amount: number): Promise<unknown> =>
  tx.insertInto("kept_rows").values({ id, amount }).execute();
const update = (tx: Tx, id: string, amount: number): Promise<unknown> =>
  tx.updateTable("kept_rows").set({ amount }).where("id", "=", id).execute();

test("a committed write is seen at once, also one that answers its rows", async () => {
  expect(await kept.get("a")).toBe(1);
  await write((tx) => update(tx, "a", 2));
  expect(await kept.get("a")).toBe(2);
  await write((tx) =>
    tx.updateTable("kept_rows").set({ amount: 3 }).where("id", "=", "a").returning("id").execute(),
  );
  expect(await kept.get("a")).toBe(3);
});

test("reads, other tables, writes that do not matter and what was rolled back leave the value where it is", async () => {
  await database.db.selectFrom("kept_rows").selectAll().execute();
  await write((tx) => tx.insertInto("other_rows").values({ id: "x", amount: 1 }).execute());
  await write((tx) => tx.deleteFrom("kept_rows").where("id", "=", "none").execute());
  await expect(
    write(async (tx) => {
      await update(tx, "a", 9);
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  await write((tx) => tx.selectFrom("kept_rows").selectAll().execute());
  expect(await kept.get("a")).toBe(1);
  expect(loads).toBe(0);
});

test("what was not there is not remembered as absent", async () => {
  expect(await kept.get("b")).toBeUndefined();
  expect(await kept.get("b")).toBeUndefined();
  expect(loads).toBe(2);
});

test("a value whose rows changed while it was read is not kept", async () => {
  let between = true;
  const slow = keptOf(async () => {
    if (!between) return;
    between = false;
    await write((tx) => update(tx, "a", 5));
  });
  expect(await slow.get("a")).toBe(1);
  expect(await slow.get("a")).toBe(5);
});

test("no more values are kept than allowed", async () => {
  await write(async (tx) => {
    await insert(tx, "b", 2);
    await insert(tx, "c", 3);
  });
  for (const id of ["a", "b", "c", "c"]) await kept.get(id);
  expect(loads).toBe(3);
  expect(await kept.get("a")).toBe(1);
});

test("whatever is written, committed or not, alone or at once, a kept value is what the table says", async () => {
  const id = fc.constantFrom("a", "b");
  const change = fc.record({ id, amount: fc.integer({ min: 0, max: 9 }), commits: fc.boolean() });
  const step = fc.record({
    changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    reads: fc.array(id, { maxLength: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      for (const { changes, reads } of steps) {
        await Promise.allSettled(changes.map((one) => write((tx) => upsert(tx, one))));
        for (const read of reads) {
          const row = await database.db
            .selectFrom("kept_rows")
            .select("amount")
            .where("id", "=", read)
            .executeTakeFirst();
          expect(await kept.get(read)).toBe(row?.amount);
        }
      }
    }),
    { numRuns: 20 },
  );
});

async function upsert(
  tx: Tx,
  { id, amount, commits }: { readonly id: string; readonly amount: number; readonly commits: boolean },
): Promise<void> {
  await tx
    .insertInto("kept_rows")
    .values({ id, amount })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ amount }))
    .execute();
  if (!commits) throw new Error("rolled back");
}

test("of several that are written at once, what one takes back makes nothing stale, what another changes does", async () => {
  const other = (tx: Tx): Promise<unknown> =>
    tx.insertInto("other_rows").values({ id: "x", amount: 1 }).execute();
  const takeBack = (tx: Tx): Promise<void> => upsert(tx, { id: "a", amount: 9, commits: false });
  await Promise.allSettled([write(other), write(takeBack)]);
  expect(await kept.get("a")).toBe(1);
  expect(loads).toBe(0);
  await Promise.allSettled([write((tx) => update(tx, "a", 7)), write(takeBack)]);
  expect(await kept.get("a")).toBe(7);
});

test("what a statement does is told from its text; a text that nobody knows may do anything", () => {
  expect(statementOf('select * from "a"')).toBeUndefined();
  expect(statementOf('lock table "a" in exclusive mode')).toBeUndefined();
  expect(statementOf('insert into "a" ("id") values (?)')).toEqual({ table: "a", kind: "insert" });
  expect(statementOf('insert or ignore into "a" ("id") values (?)')).toEqual({ table: "a", kind: "insert" });
  const replacing = 'insert into "a" ("id") values (?) on conflict ("id") do update set "x" = ?';
  expect(statementOf(replacing)).toEqual({ table: "a", kind: "update" });
  expect(statementOf('update "a" set "x" = ?')).toEqual({ table: "a", kind: "update" });
  expect(statementOf('delete from "a"')).toEqual({ table: "a", kind: "delete" });
  expect(statementOf("commit")).toBe("other");
  for (const text of ["rollback", "savepoint", "release", "rollback to"] as const)
    expect(statementOf(`${text} member`)).toBe(text);
  for (const text of [
    'drop table "a"',
    'with x as (select 1) delete from "a"',
    'replace into "a" values (1)',
  ])
    expect(statementOf(text)).toEqual({ table: "*", kind: "delete" });
});
