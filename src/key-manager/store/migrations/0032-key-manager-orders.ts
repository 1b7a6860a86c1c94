import type { Migration } from "#db/index.ts";

/** Orders of new keys. Whoever works on one has claimed it for a while; after a crash another takes it over. */
export const keyManagerOrders: Migration = {
  up: async (db) => {
    await db.schema
      .createTable("key_manager_orders")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("creator_id", "text", (column) => column.notNull())
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("meta", "text", (column) => column.notNull())
      .addColumn("status", "text", (column) => column.notNull())
      .addColumn("secret_id", "text")
      .addColumn("container_id", "text")
      .addColumn("error_status_code", "text")
      .addColumn("error_reason", "text")
      // Of the new private key: the secret that it becomes, sealed as that.
      .addColumn("passphrase_secret_id", "text")
      .addColumn("project_key_id", "text", (column) => column.references("key_manager_project_keys.id"))
      .addColumn("sealed_passphrase", "text")
      .addColumn("claim", "text")
      .addColumn("claimed_until", "bigint")
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("key_manager_orders_project")
      .on("key_manager_orders")
      .columns(["project_id", "created_at", "id"])
      .execute();
    await db.schema
      .createIndex("key_manager_orders_status")
      .on("key_manager_orders")
      .columns(["status", "created_at"])
      .execute();
    await db.schema
      .createTable("key_manager_preferred_stores")
      .addColumn("project_id", "text", (column) => column.primaryKey())
      .addColumn("store_id", "text", (column) => column.notNull())
      .execute();
  },
};
