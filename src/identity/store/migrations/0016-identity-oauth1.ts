import type { Migration } from "#db/index.ts";

export const migration0016: Migration = {
  async up(db) {
    const { schema } = db;
    await schema
      .createTable("identity_oauth1_consumers")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("description", "text")
      .addColumn("secret_box", "text", (column) => column.notNull())
      .addColumn("extra", "text", (column) => column.notNull())
      .execute();
    await schema
      .createTable("identity_oauth1_request_tokens")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("consumer_id", "text", (column) =>
        column.notNull().references("identity_oauth1_consumers.id").onDelete("cascade"),
      )
      .addColumn("project_id", "text", (column) =>
        column.notNull().references("identity_projects.id").onDelete("cascade"),
      )
      .addColumn("secret_box", "text", (column) => column.notNull())
      .addColumn("authorizing_user_id", "text", (column) =>
        column.references("identity_users.id").onDelete("cascade"),
      )
      .addColumn("verifier_hash", "text")
      .addColumn("role_ids", "text", (column) => column.notNull())
      .addColumn("expires_at", "bigint", (column) => column.notNull())
      .execute();
    await schema
      .createTable("identity_oauth1_access_tokens")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("consumer_id", "text", (column) =>
        column.notNull().references("identity_oauth1_consumers.id").onDelete("cascade"),
      )
      .addColumn("project_id", "text", (column) =>
        column.notNull().references("identity_projects.id").onDelete("cascade"),
      )
      .addColumn("secret_box", "text", (column) => column.notNull())
      .addColumn("authorizing_user_id", "text", (column) =>
        column.notNull().references("identity_users.id").onDelete("cascade"),
      )
      .addColumn("role_ids", "text", (column) => column.notNull())
      .addColumn("expires_at", "bigint", (column) => column.notNull())
      .execute();
    await schema
      .createIndex("identity_oauth1_access_tokens_user")
      .on("identity_oauth1_access_tokens")
      .column("authorizing_user_id")
      .execute();
  },
};
