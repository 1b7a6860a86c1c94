import type { Migration } from "#db/index.ts";

export const membersMigration: Migration = {
  async up(db) {
    await db.schema
      .createTable("image_members")
      .addColumn("image_id", "text", (column) =>
        column.notNull().references("image_images.id").onDelete("cascade"),
      )
      .addColumn("member_id", "text", (column) => column.notNull())
      .addColumn("status", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("image_members_key", ["image_id", "member_id"])
      .execute();
    await db.schema.createIndex("image_members_member").on("image_members").column("member_id").execute();
  },
};
