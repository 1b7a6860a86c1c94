import type { Migration } from "#db/index.ts";

/** Whom another service may vouch for (Keystone's OS-FEDERATION), and who came that way. */
export const migration0077: Migration = {
  async up(db) {
    const { schema } = db;
    await schema
      .createTable("identity_providers")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("domain_id", "text", (column) =>
        column.notNull().references("identity_domains.id").onDelete("cascade"),
      )
      .addColumn("enabled", "integer", (column) => column.notNull())
      .addColumn("description", "text")
      .addColumn("authorization_ttl", "integer")
      .execute();
    await schema
      .createTable("identity_provider_remote_ids")
      .addColumn("remote_id", "text", (column) => column.primaryKey())
      .addColumn("provider_id", "text", (column) =>
        column.notNull().references("identity_providers.id").onDelete("cascade"),
      )
      .execute();
    await schema
      .createTable("identity_mappings")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("rules", "text", (column) => column.notNull())
      .addColumn("schema_version", "text", (column) => column.notNull())
      .execute();
    // A mapping may go while a protocol names it, as in Keystone: nobody signs in by that protocol then.
    await schema
      .createTable("identity_protocols")
      .addColumn("id", "text", (column) => column.notNull())
      .addColumn("provider_id", "text", (column) =>
        column.notNull().references("identity_providers.id").onDelete("cascade"),
      )
      .addColumn("mapping_id", "text", (column) => column.notNull())
      .addColumn("remote_id_attribute", "text")
      .addPrimaryKeyConstraint("identity_protocols_key", ["provider_id", "id"])
      .execute();
    await schema
      .createTable("identity_service_providers")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("auth_url", "text", (column) => column.notNull())
      .addColumn("sp_url", "text", (column) => column.notNull())
      .addColumn("enabled", "integer", (column) => column.notNull())
      .addColumn("description", "text")
      .addColumn("relay_state_prefix", "text", (column) => column.notNull())
      .execute();
    await schema
      .createTable("identity_federated_users")
      .addColumn("provider_id", "text", (column) => column.notNull())
      .addColumn("protocol_id", "text", (column) => column.notNull())
      .addColumn("unique_id", "text", (column) => column.notNull())
      .addColumn("user_id", "text", (column) =>
        column.notNull().references("identity_users.id").onDelete("cascade"),
      )
      .addPrimaryKeyConstraint("identity_federated_users_key", ["provider_id", "protocol_id", "unique_id"])
      .addForeignKeyConstraint(
        "identity_federated_users_protocol",
        ["provider_id", "protocol_id"],
        "identity_protocols",
        ["provider_id", "id"],
        (constraint) => constraint.onDelete("cascade"),
      )
      .execute();
    await schema
      .createIndex("identity_federated_users_user")
      .on("identity_federated_users")
      .column("user_id")
      .execute();
  },
};
