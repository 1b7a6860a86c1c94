import type { Migration } from "#db/index.ts";

export const computeRebuilds: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_rebuilds")
      .addColumn("server_id", "text", (column) =>
        column.primaryKey().references("compute_servers.id").onDelete("cascade"),
      )
      .addColumn("old", "text", (column) => column.notNull())
      .addColumn("new", "text", (column) => column.notNull())
      .addColumn("parked_keys", "text")
      .addColumn("committed", "integer", (column) => column.notNull())
      .execute();
  },
};
