import type { Migration } from "#db/index.ts";

export const computeServerVersions: Migration = {
  async up(db) {
    await db.schema
      .alterTable("compute_servers")
      .addColumn("version", "bigint", (column) => column.notNull().defaultTo(0))
      .execute();
  },
};
