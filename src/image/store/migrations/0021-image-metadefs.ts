import type { Migration } from "#db/index.ts";

export const metadefsMigration: Migration = {
  async up(db) {
    await db.schema
      .createTable("image_metadef_namespaces")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("namespace", "text", (column) => column.notNull().unique())
      .addColumn("display_name", "text")
      .addColumn("description", "text")
      .addColumn("visibility", "text", (column) => column.notNull())
      .addColumn("owner", "text")
      .addColumn("is_protected", "integer", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .execute();
    // Objects, properties and tags: what has a name in its namespace; the content is JSON.
    await db.schema
      .createTable("image_metadef_parts")
      .addColumn("namespace_id", "text", (column) =>
        column.notNull().references("image_metadef_namespaces.id").onDelete("cascade"),
      )
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("content", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("image_metadef_parts_key", ["namespace_id", "kind", "name"])
      .execute();
    await db.schema
      .createTable("image_metadef_resource_types")
      .addColumn("name", "text", (column) => column.primaryKey())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("image_metadef_associations")
      .addColumn("namespace_id", "text", (column) =>
        column.notNull().references("image_metadef_namespaces.id").onDelete("cascade"),
      )
      .addColumn("resource_type", "text", (column) =>
        column.notNull().references("image_metadef_resource_types.name"),
      )
      .addColumn("prefix", "text")
      .addColumn("properties_target", "text")
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("image_metadef_associations_key", ["namespace_id", "resource_type"])
      .execute();
    await db.schema
      .createIndex("image_metadef_associations_type")
      .on("image_metadef_associations")
      .column("resource_type")
      .execute();
  },
};
