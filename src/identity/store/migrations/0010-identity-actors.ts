import { sql } from "kysely";
import type { Migration } from "#db/index.ts";

/**
 * Groups; grants to groups and inherited grants; roles of one domain. A role's name was unique in the whole
 * cloud and a grant was a user's, so both tables, and the one that refers to them, are made anew.
 */
export const migration0010: Migration = {
  async up(db) {
    const { schema } = db;
    await schema
      .createTable("identity_groups")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("domain_id", "text", (column) => column.notNull().references("identity_domains.id"))
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("description", "text", (column) => column.notNull())
      .addColumn("extra", "text", (column) => column.notNull())
      .addUniqueConstraint("identity_groups_name", ["domain_id", "name"])
      .execute();
    await schema
      .createTable("identity_group_users")
      .addColumn("group_id", "text", (column) => column.notNull().references("identity_groups.id"))
      .addColumn("user_id", "text", (column) => column.notNull().references("identity_users.id"))
      .addPrimaryKeyConstraint("identity_group_users_key", ["user_id", "group_id"])
      .execute();
    await schema.alterTable("identity_roles").renameTo("identity_roles_0001").execute();
    await schema
      .createTable("identity_roles")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("domain_id", "text", (column) => column.notNull())
      .addColumn("description", "text")
      .addColumn("immutable", "integer", (column) => column.notNull())
      .addUniqueConstraint("identity_roles_domain_name", ["domain_id", "name"])
      .execute();
    await sql`insert into identity_roles (id, name, domain_id, description, immutable)
      select id, name, '', description, immutable from identity_roles_0001`.execute(db);
    await schema
      .createTable("identity_role_inferences")
      .addColumn("prior_role_id", "text", (column) => column.notNull().references("identity_roles.id"))
      .addColumn("implied_role_id", "text", (column) => column.notNull().references("identity_roles.id"))
      .addPrimaryKeyConstraint("identity_role_inferences_key", ["prior_role_id", "implied_role_id"])
      .execute();
    await sql`insert into identity_role_inferences (prior_role_id, implied_role_id)
      select prior_role_id, implied_role_id from identity_implied_roles`.execute(db);
    await schema
      .createTable("identity_grants")
      .addColumn("actor_kind", "text", (column) => column.notNull())
      .addColumn("actor_id", "text", (column) => column.notNull())
      .addColumn("scope_kind", "text", (column) => column.notNull())
      .addColumn("scope_id", "text", (column) => column.notNull())
      .addColumn("role_id", "text", (column) => column.notNull().references("identity_roles.id"))
      .addColumn("inherited", "integer", (column) => column.notNull())
      .addPrimaryKeyConstraint("identity_grants_key", [
        "actor_id",
        "scope_id",
        "role_id",
        "inherited",
        "scope_kind",
        "actor_kind",
      ])
      .execute();
    await sql`insert into identity_grants (actor_kind, actor_id, scope_kind, scope_id, role_id, inherited)
      select 'user', user_id, scope_kind, scope_id, role_id, 0 from identity_assignments`.execute(db);
    await schema.createIndex("identity_grants_scope").on("identity_grants").column("scope_id").execute();
    await schema.dropTable("identity_assignments").execute();
    await schema.dropTable("identity_implied_roles").execute();
    await schema.dropTable("identity_roles_0001").execute();
  },
};
