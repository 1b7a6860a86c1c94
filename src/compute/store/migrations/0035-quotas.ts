import type { Migration } from "#db/index.ts";

export const computeQuotas: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_quotas")
      /** `project`, `user` or `class`. */
      .addColumn("kind", "text", (column) => column.notNull())
      /** Project or class. */
      .addColumn("owner_id", "text", (column) => column.notNull())
      /** Empty unless the kind is `user`. */
      .addColumn("user_id", "text", (column) => column.notNull())
      .addColumn("resource", "text", (column) => column.notNull())
      .addColumn("hard_limit", "integer", (column) => column.notNull())
      .addPrimaryKeyConstraint("compute_quotas_key", ["kind", "owner_id", "user_id", "resource"])
      .execute();
  },
};
