import type { Migration } from "#db/index.ts";

/** Events outlive the servers, secrets, hosts and users that they name, so they refer to no table. */
export const audit: Migration = {
  async up(db) {
    await db.schema
      .createTable("audit_events")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("at", "bigint", (column) => column.notNull())
      .addColumn("event", "text", (column) => column.notNull())
      .addColumn("result", "text", (column) => column.notNull())
      .addColumn("reason", "text")
      .addColumn("operation", "text", (column) => column.notNull())
      .addColumn("request_id", "text")
      .addColumn("user_id", "text")
      .addColumn("project_id", "text")
      .addColumn("owner_user_id", "text")
      .addColumn("owner_project_id", "text")
      .addColumn("server_id", "text", (column) => column.notNull())
      .addColumn("secret_id", "text")
      .addColumn("host_id", "text")
      .addColumn("host", "text")
      .execute();
    await db.schema
      .createIndex("audit_events_by_server")
      .on("audit_events")
      .columns(["server_id", "id"])
      .execute();
    await db.schema.createIndex("audit_events_by_time").on("audit_events").column("at").execute();
  },
};
