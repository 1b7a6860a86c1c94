import type { Migration } from "#db/index.ts";

/** Has no rows: whoever changes allocations locks it, see `ledgerLock`. */
export const migration: Migration = {
  async up(db) {
    await db.schema
      .createTable("placement_ledger_lock")
      .addColumn("locked", "integer", (column) => column.notNull())
      .execute();
  },
};
