import type { Migration } from "#db/index.ts";

export const computeDeletedServers: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_deleted_servers")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("project_id", "text", (column) => column.notNull())
      /** The server's row as JSON. */
      .addColumn("row", "text", (column) => column.notNull())
      .addColumn("deleted_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("compute_deleted_servers_by_time")
      .on("compute_deleted_servers")
      .column("deleted_at")
      .execute();
  },
};
