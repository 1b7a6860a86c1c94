import type { Migration } from "#db/index.ts";

/** When a provider, or what it has, was changed last: see `ProviderRow.changed`. */
export const migration: Migration = {
  async up(db) {
    await db.schema
      .alterTable("placement_providers")
      .addColumn("changed", "bigint", (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema
      .createIndex("placement_providers_changed")
      .on("placement_providers")
      .column("changed")
      .execute();
    await db.schema
      .createTable("placement_deleted_providers")
      .addColumn("uuid", "text", (column) => column.primaryKey())
      .addColumn("changed", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("placement_deleted_providers_changed")
      .on("placement_deleted_providers")
      .column("changed")
      .execute();
  },
};
