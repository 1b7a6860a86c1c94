import type { Migration } from "#db/index.ts";

/** Names of columns with milliseconds are `…_at`; what is sealed is base64 of `crypto/aead.ts`'s form. */
export const keyManager: Migration = {
  up: async (db) => {
    await db.schema
      .createTable("key_manager_master_keys")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("check_value", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("key_manager_project_keys")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("generation", "integer", (column) => column.notNull())
      .addColumn("master_key_id", "text", (column) =>
        column.notNull().references("key_manager_master_keys.id"),
      )
      .addColumn("wrapped_key", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addUniqueConstraint("key_manager_project_keys_generation", ["project_id", "generation"])
      .execute();
    await db.schema
      .createTable("key_manager_secrets")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("creator_id", "text", (column) => column.notNull())
      .addColumn("name", "text")
      .addColumn("secret_type", "text", (column) => column.notNull())
      .addColumn("algorithm", "text")
      .addColumn("bit_length", "integer")
      .addColumn("mode", "text")
      .addColumn("expires_at", "bigint")
      .addColumn("content_type", "text")
      .addColumn("project_key_id", "text", (column) => column.references("key_manager_project_keys.id"))
      .addColumn("sealed_payload", "text")
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("key_manager_secrets_project")
      .on("key_manager_secrets")
      .columns(["project_id", "created_at", "id"])
      .execute();
    await db.schema
      .createIndex("key_manager_secrets_project_key")
      .on("key_manager_secrets")
      .column("project_key_id")
      .execute();
    await db.schema
      .createTable("key_manager_secret_acls")
      .addColumn("secret_id", "text", (column) =>
        column.notNull().references("key_manager_secrets.id").onDelete("cascade"),
      )
      .addColumn("operation", "text", (column) => column.notNull())
      .addColumn("project_access", "integer", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("key_manager_secret_acls_key", ["secret_id", "operation"])
      .execute();
    await db.schema
      .createTable("key_manager_secret_acl_users")
      .addColumn("secret_id", "text", (column) => column.notNull())
      .addColumn("operation", "text", (column) => column.notNull())
      .addColumn("user_id", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("key_manager_secret_acl_users_key", ["secret_id", "operation", "user_id"])
      .addForeignKeyConstraint(
        "key_manager_secret_acl_users_acl",
        ["secret_id", "operation"],
        "key_manager_secret_acls",
        ["secret_id", "operation"],
        (constraint) => constraint.onDelete("cascade"),
      )
      .execute();
    await db.schema
      .createIndex("key_manager_secret_acl_users_user")
      .on("key_manager_secret_acl_users")
      .column("user_id")
      .execute();
  },
};
