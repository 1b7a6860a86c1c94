import type { Migration } from "#db/index.ts";

export const computeTpmEndorsementKeys: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_tpm_endorsement_keys")
      .addColumn("server_id", "text", (column) =>
        column.notNull().references("compute_servers.id").onDelete("cascade"),
      )
      .addColumn("position", "integer", (column) => column.notNull())
      .addColumn("algorithm", "text", (column) => column.notNull())
      .addColumn("public_key", "text", (column) => column.notNull())
      .addColumn("certificate", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("compute_tpm_endorsement_keys_key", ["server_id", "position"])
      .execute();
    // Of the token that asked; null for actions that are older than the column. `project_id` is the server's.
    await db.schema.alterTable("compute_server_actions").addColumn("caller_project_id", "text").execute();
  },
};
