import type { Migration } from "#db/index.ts";

/** Where the disks of shelved servers rest. */
export const computeShelvedServers: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_shelved_servers")
      .addColumn("server_id", "text", (column) => column.primaryKey())
      /** ImageFile as JSON. */
      .addColumn("image", "text", (column) => column.notNull())
      .addColumn("shelved_at", "bigint", (column) => column.notNull())
      .execute();
  },
};
