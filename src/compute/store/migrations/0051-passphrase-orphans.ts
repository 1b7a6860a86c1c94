import type { Migration } from "#db/index.ts";

export const computePassphraseOrphans: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_passphrase_orphans")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("server_id", "text", (column) => column.notNull())
      .addColumn("secret_id", "text")
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("user_id", "text", (column) => column.notNull())
      .addColumn("reason", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("compute_passphrase_orphans_project_id")
      .on("compute_passphrase_orphans")
      .column("project_id")
      .execute();
    // Whose passphrase it is to be; null for intents that are older than the columns.
    await db.schema.alterTable("compute_tpm_intents").addColumn("project_id", "text").execute();
    await db.schema.alterTable("compute_tpm_intents").addColumn("user_id", "text").execute();
  },
};
