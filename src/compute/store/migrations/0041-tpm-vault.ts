import type { Migration } from "#db/index.ts";

export const computeTpmVault: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_tpm_generations")
      .addColumn("server_id", "text", (column) => column.notNull())
      .addColumn("generation", "integer", (column) => column.notNull())
      .addColumn("sha256", "text", (column) => column.notNull())
      .addColumn("size", "integer", (column) => column.notNull())
      .addColumn("host_id", "text", (column) => column.notNull())
      .addColumn("at", "bigint", (column) => column.notNull())
      .addColumn("cause", "text", (column) => column.notNull())
      .addColumn("order_process", "text", (column) => column.notNull())
      .addColumn("order_number", "integer", (column) => column.notNull())
      .addColumn("bytes", "text")
      .addPrimaryKeyConstraint("compute_tpm_generations_key", ["server_id", "generation"])
      .execute();
    await db.schema
      .createIndex("compute_tpm_generations_by_hash")
      .on("compute_tpm_generations")
      .columns(["server_id", "sha256"])
      .execute();
    await db.schema
      .createTable("compute_tpm_vaults")
      .addColumn("server_id", "text", (column) => column.primaryKey())
      .addColumn("interval_host_id", "text")
      .addColumn("interval_opened_at", "bigint")
      .addColumn("save_sha256", "text")
      .addColumn("save_generation", "integer")
      .addColumn("restore_pending", "integer", (column) => column.notNull())
      .execute();
  },
};
