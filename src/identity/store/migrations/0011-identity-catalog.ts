import type { Migration } from "#db/index.ts";

/** The catalogue; until then it was the configuration's alone. */
export const migration0011: Migration = {
  async up(db) {
    const { schema } = db;
    await schema
      .createTable("identity_regions")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("description", "text", (column) => column.notNull())
      .addColumn("parent_id", "text", (column) => column.references("identity_regions.id"))
      .addColumn("extra", "text", (column) => column.notNull())
      .execute();
    await schema
      .createTable("identity_services")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("name", "text")
      .addColumn("description", "text", (column) => column.notNull())
      .addColumn("enabled", "integer", (column) => column.notNull())
      .addColumn("extra", "text", (column) => column.notNull())
      .execute();
    await schema
      .createTable("identity_endpoints")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("service_id", "text", (column) => column.notNull().references("identity_services.id"))
      .addColumn("interface", "text", (column) => column.notNull())
      .addColumn("region_id", "text", (column) => column.references("identity_regions.id"))
      .addColumn("url", "text", (column) => column.notNull())
      .addColumn("enabled", "integer", (column) => column.notNull())
      .addColumn("extra", "text", (column) => column.notNull())
      .execute();
    for (const column of ["service_id", "region_id"]) {
      await schema
        .createIndex(`identity_endpoints_${column}`)
        .on("identity_endpoints")
        .column(column)
        .execute();
    }
    await schema
      .createTable("identity_catalog_seeds")
      .addColumn("id", "text", (column) => column.primaryKey())
      .execute();
  },
};
