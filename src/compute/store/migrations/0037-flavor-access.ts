import type { Migration } from "#db/index.ts";

export const computeFlavorAccess: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_flavor_access")
      .addColumn("flavor_id", "text", (column) => column.notNull())
      .addColumn("project_id", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("compute_flavor_access_key", ["flavor_id", "project_id"])
      .execute();
  },
};
