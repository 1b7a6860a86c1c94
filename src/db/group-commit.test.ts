import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sleep } from "#base/clock.ts";
import { openDatabase, type Database, type Migrations, type Tx } from "./index.ts";

declare module "#db/tables.ts" {
  interface Tables {
    grouped_rows: { id: string; parent: string | null };
  }
}

/** A row's parent may come later in the transaction: that there is none is found at the commit. */
const migrations: Migrations = {
  "0000-grouped": {
    up: async (db) => {
      await sql`create table grouped_rows (id text primary key,
        parent text references grouped_rows (id) deferrable initially deferred)`.execute(db);
    },
  },
};

let folder: string;
let database: Database;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-grouped-"));
  const address = { kind: "sqlite", path: join(folder, "cloud.sqlite") } as const;
  database = await openDatabase({ address, migrations, transactionLimitMs: 100 });
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const insert = (tx: Tx, id: string, parent: string | null = null): Promise<unknown> =>
  tx.insertInto("grouped_rows").values({ id, parent }).execute();
const add = (id: string, parent?: string): Promise<unknown> =>
  database.transaction((tx) => insert(tx, id, parent));

async function ids(): Promise<string[]> {
  const rows = await database.db.selectFrom("grouped_rows").select("id").orderBy("id").execute();
  return rows.map(({ id }) => id);
}

const outcomes = async (all: readonly Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(all)).map(({ status }) => status);

test("one that fails among several is undone alone", async () => {
  const fail = async (tx: Tx): Promise<void> => {
    await insert(tx, "b");
    throw new Error("no");
  };
  const all = [add("a"), database.transaction(fail), add("c"), add("a")];
  expect(await outcomes(all)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected"]);
  await expect(all[1]).rejects.toThrow("no");
  await expect(all[3]).rejects.toThrow(/unique/i);
  expect(await ids()).toEqual(["a", "c"]);
});

test("none is answered, and none seen by others, before the commit that it shares", async () => {
  const answered: string[] = [];
  const first = add("a").then(() => answered.push("first"));
  const refused = add("a").catch(() => answered.push("refused"));
  const seen = await database.transaction(async (tx) => {
    const rows = await tx.selectFrom("grouped_rows").select("id").execute();
    return { rows: rows.map(({ id }) => id), committed: await ids(), answered: [...answered] };
  });
  await Promise.all([first, refused]);
  expect(seen).toEqual({ rows: ["a"], committed: [], answered: [] });
  expect(await ids()).toEqual(["a"]);
});

test("commits wait for the disk", async () => {
  const level = await database.transaction((tx) =>
    sql<{ synchronous: number }>`pragma synchronous`.execute(tx),
  );
  expect(level.rows).toEqual([{ synchronous: 2 }]);
});

test("a commit that fails fails all who share it, and the next one works", async () => {
  const all = [add("a"), add("b", "nowhere"), add("c")];
  expect(await outcomes(all)).toEqual(["rejected", "rejected", "rejected"]);
  await expect(all[0]).rejects.toThrow(/foreign key/i);
  expect(await ids()).toEqual([]);
  await add("d");
  expect(await ids()).toEqual(["d"]);
});

test("when SQLite itself undoes all, those before are told so, those after go on", async () => {
  await add("a");
  const lose = (tx: Tx): Promise<unknown> =>
    sql`insert or rollback into grouped_rows values ('a', null)`.execute(tx);
  const all = [add("b"), database.transaction(lose), add("c")];
  expect(await outcomes(all)).toEqual(["rejected", "rejected", "fulfilled"]);
  await expect(all[0]).rejects.toMatchObject({ code: "unavailable" });
  await expect(all[1]).rejects.toThrow(/unique/i);
  expect(await ids()).toEqual(["a", "c"]);
});

test("one that waits for something else is undone after a while, those around it are not", async () => {
  let late: Promise<unknown> = Promise.resolve();
  const hang = async (tx: Tx): Promise<void> => {
    await insert(tx, "b");
    await sleep(200);
    late = insert(tx, "late");
    await late;
  };
  const all = [add("a"), database.transaction(hang), add("c")];
  expect(await outcomes(all)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  await expect(all[1]).rejects.toMatchObject({ code: "bug" });
  await sleep(200);
  await expect(late).rejects.toThrow(/transaction/i);
  expect(await ids()).toEqual(["a", "c"]);
});

test("one that takes a while is waited for by those who share its commit", async () => {
  const order: string[] = [];
  const slow = async (tx: Tx): Promise<void> => {
    await insert(tx, "b");
    await sleep(20);
    order.push("slow ran");
  };
  const first = add("a").then(() => order.push("first answered"));
  await Promise.all([first, database.transaction(slow), add("c")]);
  expect(order).toEqual(["slow ran", "first answered"]);
  expect(await ids()).toEqual(["a", "b", "c"]);
});

test("one that comes in the next turn of the event loop shares the commit, too", async () => {
  const order: string[] = [];
  const first = add("a").then(() => order.push("first answered"));
  await nextTurn();
  const second = database.transaction(async (tx) => {
    order.push("second begun");
    await insert(tx, "b");
  });
  await Promise.all([first, second]);
  expect(order).toEqual(["second begun", "first answered"]);
});

test("under load no batch lasts for ever", async () => {
  const order: string[] = [];
  const all = Array.from({ length: 600 }, (_, index) =>
    database
      .transaction(async (tx) => {
        if (index === 599) order.push("last begun");
        await insert(tx, String(index));
      })
      .then(() => (index === 0 ? order.push("first answered") : 0)),
  );
  await Promise.all(all);
  expect(order).toEqual(["first answered", "last begun"]);
  expect(await ids()).toHaveLength(600);
});

test("closing waits for those asked for before, and refuses others", async () => {
  const all = Promise.all([add("a"), add("b")]);
  const closing = database.close();
  await expect(add("c")).rejects.toMatchObject({ code: "unavailable" });
  await Promise.all([closing, all]);
  const address = { kind: "sqlite", path: join(folder, "cloud.sqlite") } as const;
  database = await openDatabase({ address, migrations });
  expect(await ids()).toEqual(["a", "b"]);
});
