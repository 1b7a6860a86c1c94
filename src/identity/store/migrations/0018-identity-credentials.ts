import type { Migration } from "#db/index.ts";

export const migration0018: Migration = {
  async up(db) {
    const { schema } = db;
    await schema
      .createTable("identity_credentials")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("user_id", "text", (column) =>
        column.notNull().references("identity_users.id").onDelete("cascade"),
      )
      // Of a project or, as to Keystone a domain is one, of a domain.
      .addColumn("project_id", "text")
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("blob_box", "text", (column) => column.notNull())
      .execute();
    for (const column of ["user_id", "project_id"]) {
      await schema
        .createIndex(`identity_credentials_${column}`)
        .on("identity_credentials")
        .column(column)
        .execute();
    }
  },
};
