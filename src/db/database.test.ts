import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDatabase, type Migrations } from "./index.ts";

declare module "#db/tables.ts" {
  interface Tables {
    test_rows: { id: string; amount: number };
  }
}

const migrations: Migrations = {
  "0000-test": {
    up: async (db) => {
      await db.schema
        .createTable("test_rows")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("amount", "integer", (column) => column.notNull())
        .execute();
    },
  },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-db-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("what is committed is read back, also after a new opening; the file is private", async () => {
  const path = join(folder, "cloud.sqlite");
  const first = await openDatabase({ path, migrations });
  await first.transaction((tx) => tx.insertInto("test_rows").values({ id: "a", amount: 1 }).execute());
  expect(await first.db.selectFrom("test_rows").selectAll().execute()).toEqual([{ id: "a", amount: 1 }]);
  await first.close();
  const second = await openDatabase({ path, migrations });
  expect(await second.db.selectFrom("test_rows").selectAll().execute()).toEqual([{ id: "a", amount: 1 }]);
  await second.close();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("a transaction that throws leaves nothing, and the next one works", async () => {
  const database = await openDatabase({ path: join(folder, "cloud.sqlite"), migrations });
  const failing = database.transaction(async (tx) => {
    await tx.insertInto("test_rows").values({ id: "a", amount: 1 }).execute();
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await database.db.selectFrom("test_rows").selectAll().execute()).toEqual([]);
  await database.transaction((tx) => tx.insertInto("test_rows").values({ id: "b", amount: 2 }).execute());
  expect(await database.db.selectFrom("test_rows").selectAll().execute()).toHaveLength(1);
  await database.close();
});
