import type { Kysely } from "kysely";
import type { Db, Migration, Tx } from "#db/index.ts";
import { keyManagerMigrations, type SealedValues } from "../../index.ts";

/** A table of boxes such as another service has. */
interface TestBoxes {
  test_boxes: { readonly id: string; readonly box: string };
}

const testBoxesMigration: Migration = {
  up: async (db) => {
    await db.schema
      .createTable("test_boxes")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("box", "text", (column) => column.notNull())
      .execute();
  },
};

export const sealingMigrations = { ...keyManagerMigrations, "9999-test-boxes": testBoxesMigration };

const boxesOf = (db: Db): Kysely<TestBoxes> => db as unknown as Kysely<TestBoxes>;

export const testBoxContext = (id: string): readonly string[] => ["test box", id];

export function testBoxList(db: Db): Promise<TestBoxes["test_boxes"][]> {
  return boxesOf(db).selectFrom("test_boxes").selectAll().execute();
}

export async function testBoxInsert(tx: Tx, id: string, box: string): Promise<void> {
  await boxesOf(tx).insertInto("test_boxes").values({ id, box }).execute();
}

export const testBoxes: SealedValues = {
  what: "test boxes",
  count: async (db, prefix) => (await others(db, prefix)).length,
  async some(db, prefix, limit) {
    const found = await others(db, prefix);
    return found
      .slice(0, limit)
      .map(({ id, box }) => ({ key: [id], sealed: box, context: testBoxContext(id) }));
  },
  async replace(tx, { key: [id = ""], sealed: read }, sealed) {
    await boxesOf(tx)
      .updateTable("test_boxes")
      .set({ box: sealed })
      .where("id", "=", id)
      .where("box", "=", read)
      .execute();
  },
};

async function others(db: Db, prefix: string): Promise<TestBoxes["test_boxes"][]> {
  return boxesOf(db).selectFrom("test_boxes").selectAll().where("box", "not like", `${prefix}%`).execute();
}
