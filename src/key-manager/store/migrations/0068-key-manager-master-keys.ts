import type { Migration } from "#db/index.ts";

/** Master keys have generations; a database from before has one key, its first and current one. */
export const keyManagerMasterKeys: Migration = {
  up: async (db) => {
    const table = "key_manager_master_keys";
    await db.schema
      .alterTable(table)
      .addColumn("generation", "integer", (column) => column.notNull().defaultTo(1))
      .execute();
    await db.schema
      .alterTable(table)
      .addColumn("status", "text", (column) => column.notNull().defaultTo("CURRENT"))
      .execute();
    await db.schema.alterTable(table).addColumn("handed_over", "text").execute();
    await db.schema.alterTable(table).addColumn("unneeded_since", "bigint").execute();
    await db.schema.alterTable(table).addColumn("retired_at", "bigint").execute();
    await db.schema
      .createIndex("key_manager_master_keys_generation")
      .unique()
      .on(table)
      .column("generation")
      .execute();
    await db.schema
      .createIndex("key_manager_project_keys_master_key")
      .on("key_manager_project_keys")
      .column("master_key_id")
      .execute();
  },
};
