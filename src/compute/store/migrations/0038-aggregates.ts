import type { Migration } from "#db/index.ts";

export const computeAggregates: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_aggregates")
      .addColumn("id", "integer", (column) => column.primaryKey())
      .addColumn("uuid", "text", (column) => column.notNull().unique())
      .addColumn("name", "text", (column) => column.notNull().unique())
      .addColumn("availability_zone", "text")
      /** JSON object of strings, without the zone. */
      .addColumn("metadata", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint")
      .execute();
    await db.schema
      .createTable("compute_aggregate_hosts")
      .addColumn("aggregate_id", "integer", (column) => column.notNull())
      .addColumn("host_id", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("compute_aggregate_hosts_key", ["aggregate_id", "host_id"])
      .execute();
    await db.schema
      .createIndex("compute_aggregate_hosts_by_host")
      .on("compute_aggregate_hosts")
      .column("host_id")
      .execute();
    await db.schema
      .alterTable("compute_hosts")
      .addColumn("forced_down", "integer", (column) => column.notNull().defaultTo(0))
      .execute();
  },
};
