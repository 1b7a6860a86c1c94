import type { Migrations } from "#db/index.ts";

export const sagaMigrations: Migrations = {
  "0005-saga": {
    async up(db) {
      await db.schema
        .createTable("saga_runs")
        .addColumn("id", "varchar(36)", (column) => column.primaryKey())
        .addColumn("name", "varchar(255)", (column) => column.notNull())
        .addColumn("version", "integer", (column) => column.notNull())
        .addColumn("params", "text", (column) => column.notNull())
        .addColumn("state", "varchar(16)", (column) => column.notNull())
        .addColumn("resource", "varchar(255)")
        .addColumn("request_id", "varchar(255)")
        .addColumn("sealed_box", "text")
        .addColumn("lease_owner", "varchar(255)")
        .addColumn("lease_until", "bigint", (column) => column.notNull())
        .addColumn("fence", "integer", (column) => column.notNull())
        .addColumn("created_at", "bigint", (column) => column.notNull())
        .addColumn("finished_at", "bigint")
        .addColumn("error", "text")
        .addColumn("stuck_reason", "text")
        .execute();
      await db.schema.createIndex("saga_runs_resource").on("saga_runs").column("resource").execute();
      await db.schema
        .createIndex("saga_runs_state")
        .on("saga_runs")
        .columns(["state", "created_at"])
        .execute();
      await db.schema
        .createTable("saga_log")
        .addColumn("saga_id", "varchar(36)", (column) => column.notNull().references("saga_runs.id"))
        .addColumn("seq", "integer", (column) => column.notNull())
        .addColumn("step", "varchar(255)", (column) => column.notNull())
        .addColumn("event", "varchar(16)", (column) => column.notNull())
        .addColumn("output", "text")
        .addColumn("at", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("saga_log_key", ["saga_id", "seq"])
        .execute();
    },
  },
};
