import type { Migration } from "#db/index.ts";

/** A project's payloads on their way from its older keys to a new one. */
export const keyManagerRotations: Migration = {
  up: async (db) => {
    await db.schema
      .createTable("key_manager_rotations")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("project_id", "text", (column) => column.notNull())
      // The new key. It may be gone, when a later rotation has retired it.
      .addColumn("key_id", "text", (column) => column.notNull())
      .addColumn("generation", "integer", (column) => column.notNull())
      .addColumn("status", "text", (column) => column.notNull())
      .addColumn("total", "integer", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("key_manager_rotations_status")
      .on("key_manager_rotations")
      .columns(["status", "created_at"])
      .execute();
    await db.schema
      .createIndex("key_manager_rotations_project")
      .on("key_manager_rotations")
      .column("project_id")
      .execute();
  },
};
