import type { Migration } from "#db/index.ts";

export const migration0019: Migration = {
  async up(db) {
    const { schema } = db;
    await schema
      .createTable("identity_policies")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("blob", "text", (column) => column.notNull())
      .addColumn("extra", "text", (column) => column.notNull())
      .execute();
    await schema
      .createTable("identity_domain_config")
      .addColumn("domain_id", "text", (column) =>
        column.notNull().references("identity_domains.id").onDelete("cascade"),
      )
      .addColumn("group_name", "text", (column) => column.notNull())
      .addColumn("option_name", "text", (column) => column.notNull())
      // JSON; sealed when the option is a secret.
      .addColumn("value", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("identity_domain_config_key", ["domain_id", "group_name", "option_name"])
      .execute();
  },
};
