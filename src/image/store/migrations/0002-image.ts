import type { Migration } from "#db/index.ts";

/** Times in milliseconds and sizes in bytes need 64 bits: `bigint`. */
export const migration: Migration = {
  async up(db) {
    await db.schema
      .createTable("image_images")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("name", "text")
      .addColumn("status", "text", (column) => column.notNull())
      .addColumn("visibility", "text", (column) => column.notNull())
      .addColumn("owner", "text")
      .addColumn("is_protected", "integer", (column) => column.notNull())
      .addColumn("is_hidden", "integer", (column) => column.notNull())
      .addColumn("disk_format", "text")
      .addColumn("container_format", "text")
      .addColumn("min_disk_gib", "integer", (column) => column.notNull())
      .addColumn("min_ram_mib", "integer", (column) => column.notNull())
      .addColumn("size_bytes", "bigint")
      .addColumn("virtual_size_bytes", "bigint")
      .addColumn("md5", "text")
      .addColumn("sha512", "text")
      .addColumn("data_id", "text")
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("image_images_owner").on("image_images").column("owner").execute();
    await db.schema
      .createIndex("image_images_created")
      .on("image_images")
      .columns(["created_at", "id"])
      .execute();
    await db.schema
      .createTable("image_properties")
      .addColumn("image_id", "text", (column) =>
        column.notNull().references("image_images.id").onDelete("cascade"),
      )
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("value", "text")
      .addPrimaryKeyConstraint("image_properties_key", ["image_id", "name"])
      .execute();
    await db.schema
      .createTable("image_tags")
      .addColumn("image_id", "text", (column) =>
        column.notNull().references("image_images.id").onDelete("cascade"),
      )
      .addColumn("tag", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("image_tags_key", ["image_id", "tag"])
      .execute();
  },
};
