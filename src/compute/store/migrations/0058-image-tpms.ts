import type { Migration } from "#db/index.ts";

export const computeImageTpms: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_image_tpms")
      .addColumn("image_id", "text", (column) => column.primaryKey())
      .addColumn("server_id", "text", (column) => column.notNull())
      .addColumn("user_id", "text", (column) => column.notNull())
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("version", "text", (column) => column.notNull())
      .addColumn("secret_id", "text")
      .addColumn("content", "text")
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .execute();
  },
};
