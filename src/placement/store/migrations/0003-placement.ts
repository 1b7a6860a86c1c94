import type { Migration } from "#db/index.ts";

const customNameTables = ["placement_traits", "placement_resource_classes"];

export const migration: Migration = {
  async up(db) {
    await db.schema
      .createTable("placement_providers")
      .addColumn("uuid", "text", (column) => column.primaryKey())
      .addColumn("name", "text", (column) => column.notNull().unique())
      .addColumn("generation", "integer", (column) => column.notNull())
      .addColumn("parent_uuid", "text", (column) => column.references("placement_providers.uuid"))
      .addColumn("root_uuid", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("placement_providers_root")
      .on("placement_providers")
      .column("root_uuid")
      .execute();
    await db.schema
      .createIndex("placement_providers_parent")
      .on("placement_providers")
      .column("parent_uuid")
      .execute();
    await db.schema
      .createTable("placement_inventories")
      .addColumn("provider_uuid", "text", (column) => column.notNull().references("placement_providers.uuid"))
      .addColumn("resource_class", "text", (column) => column.notNull())
      .addColumn("total", "integer", (column) => column.notNull())
      .addColumn("reserved", "integer", (column) => column.notNull())
      .addColumn("min_unit", "integer", (column) => column.notNull())
      .addColumn("max_unit", "integer", (column) => column.notNull())
      .addColumn("step_size", "integer", (column) => column.notNull())
      .addColumn("allocation_ratio", "double precision", (column) => column.notNull())
      .addColumn("used", "bigint", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("placement_inventories_key", ["provider_uuid", "resource_class"])
      .execute();
    // For "which providers have room for this class".
    await db.schema
      .createIndex("placement_inventories_class")
      .on("placement_inventories")
      .column("resource_class")
      .execute();
    for (const table of customNameTables) {
      await db.schema
        .createTable(table)
        .addColumn("name", "text", (column) => column.primaryKey())
        .addColumn("created_at", "bigint", (column) => column.notNull())
        .execute();
    }
    await db.schema
      .createTable("placement_provider_traits")
      .addColumn("provider_uuid", "text", (column) => column.notNull().references("placement_providers.uuid"))
      .addColumn("trait", "text", (column) => column.notNull())
      .addColumn("from_host", "integer", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("placement_provider_traits_key", ["provider_uuid", "trait"])
      .execute();
    await db.schema
      .createIndex("placement_provider_traits_trait")
      .on("placement_provider_traits")
      .column("trait")
      .execute();
    await db.schema
      .createTable("placement_provider_aggregates")
      .addColumn("provider_uuid", "text", (column) => column.notNull().references("placement_providers.uuid"))
      .addColumn("aggregate_uuid", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("placement_provider_aggregates_key", ["provider_uuid", "aggregate_uuid"])
      .execute();
    await db.schema
      .createIndex("placement_provider_aggregates_aggregate")
      .on("placement_provider_aggregates")
      .column("aggregate_uuid")
      .execute();
    await db.schema
      .createTable("placement_consumers")
      .addColumn("uuid", "text", (column) => column.primaryKey())
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("user_id", "text", (column) => column.notNull())
      .addColumn("consumer_type", "text")
      .addColumn("generation", "integer", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("placement_consumers_project")
      .on("placement_consumers")
      .columns(["project_id", "user_id"])
      .execute();
    await db.schema
      .createTable("placement_allocations")
      .addColumn("consumer_uuid", "text", (column) => column.notNull().references("placement_consumers.uuid"))
      .addColumn("provider_uuid", "text", (column) => column.notNull().references("placement_providers.uuid"))
      .addColumn("resource_class", "text", (column) => column.notNull())
      .addColumn("used", "integer", (column) => column.notNull())
      .addColumn("position", "integer", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("placement_allocations_key", [
        "consumer_uuid",
        "provider_uuid",
        "resource_class",
      ])
      .execute();
    await db.schema
      .createIndex("placement_allocations_provider")
      .on("placement_allocations")
      .columns(["provider_uuid", "resource_class"])
      .execute();
  },
};
