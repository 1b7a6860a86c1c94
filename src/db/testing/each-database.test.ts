import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Migrations } from "../index.ts";
import { openTestDatabase } from "./index.ts";

declare module "#db/tables.ts" {
  interface Tables {
    kit_rows: { id: string };
  }
}

const root = join(import.meta.dirname, "../../..");

test("tests open databases by this kit, and so on both", async () => {
  const others: string[] = [];
  for await (const path of glob(["src/**/*.{test,fixture}.ts", "src/**/testing/**/*.ts", "test/**/*.ts"], {
    cwd: root,
  })) {
    if (path.startsWith("src/db/") || path.startsWith("test/fixtures/")) continue;
    if (/openDatabase\(/.test(readFileSync(join(root, path), "utf8"))) others.push(path);
  }
  expect(others).toEqual([]);
});

const migrations: Migrations = {
  "0000-kit": {
    async up(db) {
      await db.schema
        .createTable("kit_rows")
        .addColumn("id", "text", (column) => column.primaryKey())
        .execute();
      await sql`insert into kit_rows values ('of the migration')`.execute(db);
    },
  },
};
const seeded = { id: "of the migration" };

test("a closed one leaves nothing to the next, which has what migrations make", async () => {
  for (const _ of ["first", "second"]) {
    const database = await openTestDatabase(migrations);
    expect(await database.db.selectFrom("kit_rows").selectAll().execute()).toEqual([seeded]);
    await database.transaction((tx) => tx.insertInto("kit_rows").values({ id: "a" }).execute());
    await database.transaction((tx) => tx.deleteFrom("kit_rows").where("id", "=", seeded.id).execute());
    expect(await database.db.selectFrom("kit_rows").selectAll().execute()).toEqual([{ id: "a" }]);
    await database.close();
  }
});
