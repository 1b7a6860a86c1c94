import type { Migration } from "#db/index.ts";

export const migration0001: Migration = {
  async up(db) {
    const { schema } = db;
    await schema
      .createTable("identity_domains")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("name", "text", (column) => column.notNull().unique())
      .addColumn("description", "text", (column) => column.notNull())
      .addColumn("enabled", "integer", (column) => column.notNull())
      .execute();
    await schema
      .createTable("identity_projects")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("domain_id", "text", (column) => column.notNull().references("identity_domains.id"))
      .addColumn("parent_id", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("description", "text", (column) => column.notNull())
      .addColumn("enabled", "integer", (column) => column.notNull())
      .addColumn("tags", "text", (column) => column.notNull())
      .addColumn("extra", "text", (column) => column.notNull())
      .addUniqueConstraint("identity_projects_name", ["domain_id", "name"])
      .execute();
    await schema
      .createTable("identity_users")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("domain_id", "text", (column) => column.notNull().references("identity_domains.id"))
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("enabled", "integer", (column) => column.notNull())
      .addColumn("default_project_id", "text")
      .addColumn("password_hash", "text")
      .addColumn("extra", "text", (column) => column.notNull())
      .addUniqueConstraint("identity_users_name", ["domain_id", "name"])
      .execute();
    await schema
      .createTable("identity_roles")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("name", "text", (column) => column.notNull().unique())
      .addColumn("description", "text")
      .addColumn("immutable", "integer", (column) => column.notNull())
      .execute();
    await schema
      .createTable("identity_implied_roles")
      .addColumn("prior_role_id", "text", (column) => column.notNull().references("identity_roles.id"))
      .addColumn("implied_role_id", "text", (column) => column.notNull().references("identity_roles.id"))
      .addPrimaryKeyConstraint("identity_implied_roles_key", ["prior_role_id", "implied_role_id"])
      .execute();
    await schema
      .createTable("identity_assignments")
      .addColumn("user_id", "text", (column) => column.notNull().references("identity_users.id"))
      .addColumn("scope_kind", "text", (column) => column.notNull())
      .addColumn("scope_id", "text", (column) => column.notNull())
      .addColumn("role_id", "text", (column) => column.notNull().references("identity_roles.id"))
      .addPrimaryKeyConstraint("identity_assignments_key", ["user_id", "scope_kind", "scope_id", "role_id"])
      .execute();
    await schema
      .createIndex("identity_assignments_scope")
      .on("identity_assignments")
      .columns(["scope_kind", "scope_id"])
      .execute();
    await schema
      .createTable("identity_tokens")
      .addColumn("hash", "text", (column) => column.primaryKey())
      .addColumn("user_id", "text", (column) => column.notNull().references("identity_users.id"))
      .addColumn("scope_kind", "text", (column) => column.notNull())
      .addColumn("scope_id", "text")
      .addColumn("methods", "text", (column) => column.notNull())
      .addColumn("audit_ids", "text", (column) => column.notNull())
      .addColumn("issued_at", "bigint", (column) => column.notNull())
      .addColumn("expires_at", "bigint", (column) => column.notNull())
      .execute();
    for (const column of ["user_id", "scope_id", "expires_at"]) {
      await schema.createIndex(`identity_tokens_${column}`).on("identity_tokens").column(column).execute();
    }
  },
};
