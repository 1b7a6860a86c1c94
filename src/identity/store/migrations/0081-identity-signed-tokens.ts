import type { Migration } from "#db/index.ts";

/** Tokens are signed and no rows: those that were rows end here, so whoever has one signs in again. */
export const migration0081: Migration = {
  async up(db) {
    const { schema } = db;
    await schema.dropTable("identity_tokens").execute();
    await schema
      .createTable("identity_token_keys")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("key_box", "text", (column) => column.notNull())
      .addColumn("signs_until", "bigint", (column) => column.notNull())
      .addColumn("expires_at", "bigint", (column) => column.notNull())
      .execute();
    await schema
      .createTable("identity_token_revocations")
      .addColumn("audit_id", "text", (column) => column.primaryKey())
      .addColumn("expires_at", "bigint", (column) => column.notNull())
      .execute();
    await schema
      .createIndex("identity_token_revocations_expires_at")
      .on("identity_token_revocations")
      .column("expires_at")
      .execute();
    for (const table of ["identity_users", "identity_projects", "identity_domains"]) {
      await schema
        .alterTable(table)
        .addColumn("token_stamp", "text", (column) => column.notNull().defaultTo(""))
        .execute();
    }
  },
};
