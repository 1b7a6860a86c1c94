import type { Migration } from "#db/index.ts";

export const computeTpmSaves: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_tpm_saves")
      .addColumn("server_id", "text", (column) => column.notNull())
      .addColumn("sha256", "text", (column) => column.notNull())
      .addColumn("generation", "integer", (column) => column.notNull())
      .addPrimaryKeyConstraint("compute_tpm_saves_key", ["server_id", "sha256"])
      .execute();
  },
};
