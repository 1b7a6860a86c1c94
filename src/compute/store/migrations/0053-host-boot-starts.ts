import type { Migration } from "#db/index.ts";

/** Servers that ran when the agent of their host ended: what became of them is to be seen, and those that are off started. */
export const computeHostBootStarts: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_host_boot_starts")
      .addColumn("server_id", "text", (column) => column.primaryKey())
      .addColumn("host_id", "text", (column) => column.notNull())
      .addColumn("told", "text")
      .execute();
    await db.schema
      .createIndex("compute_host_boot_starts_by_host")
      .on("compute_host_boot_starts")
      .column("host_id")
      .execute();
  },
};
