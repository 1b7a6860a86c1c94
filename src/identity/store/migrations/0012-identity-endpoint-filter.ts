import type { Migration } from "#db/index.ts";

/** OS-EP-FILTER: which endpoints a project's catalogue is narrowed to. */
export const migration0012: Migration = {
  async up(db) {
    const { schema } = db;
    await schema
      .createTable("identity_endpoint_groups")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("description", "text")
      .addColumn("filters", "text", (column) => column.notNull())
      .execute();
    await schema
      .createTable("identity_endpoint_filters")
      .addColumn("project_id", "text", (column) => column.notNull().references("identity_projects.id"))
      .addColumn("target_kind", "text", (column) => column.notNull())
      .addColumn("target_id", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("identity_endpoint_filters_key", ["project_id", "target_kind", "target_id"])
      .execute();
    await schema
      .createIndex("identity_endpoint_filters_target")
      .on("identity_endpoint_filters")
      .column("target_id")
      .execute();
  },
};
