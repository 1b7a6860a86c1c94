import type { Migration } from "#db/index.ts";

export const migration0017: Migration = {
  async up(db) {
    const { schema } = db;
    await schema
      .createTable("identity_trusts")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("trustor_user_id", "text", (column) =>
        column.notNull().references("identity_users.id").onDelete("cascade"),
      )
      .addColumn("trustee_user_id", "text", (column) =>
        column.notNull().references("identity_users.id").onDelete("cascade"),
      )
      .addColumn("project_id", "text", (column) =>
        column.references("identity_projects.id").onDelete("cascade"),
      )
      .addColumn("impersonation", "integer", (column) => column.notNull())
      .addColumn("expires_at_us", "bigint")
      .addColumn("remaining_uses", "integer")
      .addColumn("redelegated_trust_id", "text", (column) =>
        column.references("identity_trusts.id").onDelete("cascade"),
      )
      .addColumn("redelegation_count", "integer", (column) => column.notNull())
      .execute();
    await schema
      .createTable("identity_trust_roles")
      .addColumn("trust_id", "text", (column) =>
        column.notNull().references("identity_trusts.id").onDelete("cascade"),
      )
      .addColumn("role_id", "text", (column) =>
        column.notNull().references("identity_roles.id").onDelete("cascade"),
      )
      .addPrimaryKeyConstraint("identity_trust_roles_key", ["trust_id", "role_id"])
      .execute();
    for (const column of ["trustor_user_id", "trustee_user_id", "redelegated_trust_id"]) {
      await schema.createIndex(`identity_trusts_${column}`).on("identity_trusts").column(column).execute();
    }
  },
};
