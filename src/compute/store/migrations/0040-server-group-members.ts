import type { Migration } from "#db/index.ts";

export const computeServerGroupMembers: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_server_group_members")
      .addColumn("server_id", "text", (column) => column.primaryKey())
      .addColumn("group_id", "text", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("compute_server_group_members_by_group")
      .on("compute_server_group_members")
      .column("group_id")
      .execute();
  },
};
