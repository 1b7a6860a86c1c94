import type { Migration } from "#db/index.ts";

/** Public keys that secrets could be wrapped with on their way to a store; they are registered by administrators. */
export const keyManagerTransportKeys: Migration = {
  up: async (db) => {
    await db.schema
      .createTable("key_manager_transport_keys")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("plugin_name", "text", (column) => column.notNull())
      .addColumn("transport_key", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .execute();
  },
};
