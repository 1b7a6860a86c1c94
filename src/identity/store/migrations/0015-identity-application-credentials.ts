import type { Migration } from "#db/index.ts";

export const migration0015: Migration = {
  async up(db) {
    const { schema } = db;
    for (const column of ["delegation_kind", "delegation_id"]) {
      await schema.alterTable("identity_tokens").addColumn(column, "text").execute();
    }
    await schema
      .createTable("identity_application_credentials")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("user_id", "text", (column) =>
        column.notNull().references("identity_users.id").onDelete("cascade"),
      )
      .addColumn("project_id", "text", (column) =>
        column.notNull().references("identity_projects.id").onDelete("cascade"),
      )
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("description", "text")
      .addColumn("secret_hash", "text", (column) => column.notNull())
      .addColumn("unrestricted", "integer", (column) => column.notNull())
      .addColumn("expires_at_us", "bigint")
      .addUniqueConstraint("identity_application_credentials_name", ["user_id", "name"])
      .execute();
    await schema
      .createTable("identity_application_credential_roles")
      .addColumn("credential_id", "text", (column) =>
        column.notNull().references("identity_application_credentials.id").onDelete("cascade"),
      )
      .addColumn("role_id", "text", (column) =>
        column.notNull().references("identity_roles.id").onDelete("cascade"),
      )
      .addPrimaryKeyConstraint("identity_application_credential_roles_key", ["credential_id", "role_id"])
      .execute();
    await schema
      .createTable("identity_access_rules")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("user_id", "text", (column) =>
        column.notNull().references("identity_users.id").onDelete("cascade"),
      )
      .addColumn("service", "text", (column) => column.notNull())
      .addColumn("method", "text", (column) => column.notNull())
      .addColumn("path", "text", (column) => column.notNull())
      .addUniqueConstraint("identity_access_rules_same", ["user_id", "service", "method", "path"])
      .execute();
    await schema
      .createTable("identity_application_credential_access_rules")
      .addColumn("credential_id", "text", (column) =>
        column.notNull().references("identity_application_credentials.id").onDelete("cascade"),
      )
      .addColumn("access_rule_id", "text", (column) =>
        column.notNull().references("identity_access_rules.id"),
      )
      .addPrimaryKeyConstraint("identity_application_credential_access_rules_key", [
        "credential_id",
        "access_rule_id",
      ])
      .execute();
    await schema
      .createIndex("identity_application_credentials_project")
      .on("identity_application_credentials")
      .column("project_id")
      .execute();
  },
};
