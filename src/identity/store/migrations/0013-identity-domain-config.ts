import type { Migration } from "#db/index.ts";

/** Keystone's options of one domain. */
export const migration0013: Migration = {
  async up(db) {
    await db.schema
      .createTable("identity_domain_options")
      .addColumn("domain_id", "text", (column) => column.notNull().references("identity_domains.id"))
      .addColumn("option_group", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("value", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("identity_domain_options_key", ["domain_id", "option_group", "name"])
      .execute();
  },
};
