import type { Migration } from "#db/index.ts";

/** What users note of their secrets, who uses them, and how many of each thing a project may have. */
export const keyManagerSecretUses: Migration = {
  up: async (db) => {
    await db.schema
      .createTable("key_manager_secret_metadata")
      .addColumn("secret_id", "text", (column) =>
        column.notNull().references("key_manager_secrets.id").onDelete("cascade"),
      )
      .addColumn("key", "text", (column) => column.notNull())
      .addColumn("value", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("key_manager_secret_metadata_key", ["secret_id", "key"])
      .execute();
    await db.schema
      .createTable("key_manager_secret_consumers")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("secret_id", "text", (column) =>
        column.notNull().references("key_manager_secrets.id").onDelete("cascade"),
      )
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("service", "text", (column) => column.notNull())
      .addColumn("resource_type", "text", (column) => column.notNull())
      .addColumn("resource_id", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .addUniqueConstraint("key_manager_secret_consumers_once", [
        "secret_id",
        "service",
        "resource_type",
        "resource_id",
      ])
      .execute();
    await db.schema
      .createIndex("key_manager_secret_consumers_project")
      .on("key_manager_secret_consumers")
      .column("project_id")
      .execute();
    await db.schema
      .createTable("key_manager_project_quotas")
      .addColumn("project_id", "text", (column) => column.primaryKey())
      .addColumn("secrets", "integer")
      .addColumn("orders", "integer")
      .addColumn("containers", "integer")
      .addColumn("consumers", "integer")
      .addColumn("cas", "integer")
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .execute();
  },
};
