import type { Migration } from "#db/index.ts";

export const computeServerGroups: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_server_groups")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("user_id", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("policy", "text", (column) => column.notNull())
      /** JSON object. */
      .addColumn("rules", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .execute();
  },
};
