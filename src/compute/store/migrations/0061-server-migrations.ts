import type { Migration } from "#db/index.ts";

export const computeServerMigrations: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_server_migrations")
      .addColumn("id", "integer", (column) => column.primaryKey())
      .addColumn("uuid", "text", (column) => column.notNull().unique())
      .addColumn("server_id", "text", (column) => column.notNull())
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("user_id", "text", (column) => column.notNull())
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("status", "text", (column) => column.notNull())
      .addColumn("source_host_id", "text", (column) => column.notNull())
      .addColumn("dest_host_id", "text")
      .addColumn("old", "text", (column) => column.notNull())
      .addColumn("new", "text", (column) => column.notNull())
      /** Of a TPM that is put aside: its endorsement keys as JSON. */
      .addColumn("parked_keys", "text")
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint")
      .execute();
    await db.schema
      .createIndex("compute_server_migrations_by_server")
      .on("compute_server_migrations")
      .column("server_id")
      .execute();
  },
};
