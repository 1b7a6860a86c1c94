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
      .createTable("identity_policy_associations")
      .addColumn("policy_id", "text", (column) =>
        column.notNull().references("identity_policies.id").onDelete("cascade"),
      )
      // Empty: not of one. Each place has one policy.
      .addColumn("endpoint_id", "text", (column) => column.notNull())
      .addColumn("service_id", "text", (column) => column.notNull())
      .addColumn("region_id", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("identity_policy_associations_key", ["endpoint_id", "service_id", "region_id"])
      .execute();
    await schema
      .createIndex("identity_policy_associations_policy")
      .on("identity_policy_associations")
      .column("policy_id")
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
    await schema
      .createTable("identity_registered_limits")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("service_id", "text", (column) => column.notNull())
      .addColumn("region_id", "text")
      .addColumn("resource_name", "text", (column) => column.notNull())
      .addColumn("default_limit", "integer", (column) => column.notNull())
      .addColumn("description", "text")
      .execute();
    await schema
      .createTable("identity_limits")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("registered_limit_id", "text", (column) =>
        column.notNull().references("identity_registered_limits.id"),
      )
      .addColumn("project_id", "text", (column) =>
        column.references("identity_projects.id").onDelete("cascade"),
      )
      .addColumn("domain_id", "text", (column) =>
        column.references("identity_domains.id").onDelete("cascade"),
      )
      .addColumn("resource_limit", "integer", (column) => column.notNull())
      .addColumn("description", "text")
      .execute();
    for (const column of ["registered_limit_id", "project_id", "domain_id"]) {
      await schema.createIndex(`identity_limits_${column}`).on("identity_limits").column(column).execute();
    }
  },
};
