import type { Migration } from "#db/index.ts";

/** Keystone's resource options, and what a domain has of a project's attributes. */
export const migration0076: Migration = {
  async up(db) {
    const { schema } = db;
    const added = [
      ["identity_users", "options", "{}"],
      ["identity_domains", "tags", "[]"],
      ["identity_domains", "extra", "{}"],
      ["identity_roles", "extra", "{}"],
    ] as const;
    for (const [table, column, empty] of added) {
      await schema
        .alterTable(table)
        .addColumn(column, "text", (one) => one.notNull().defaultTo(empty))
        .execute();
    }
    for (const table of ["identity_projects", "identity_domains"]) {
      await schema
        .alterTable(table)
        .addColumn("immutable", "integer", (one) => one.notNull().defaultTo(0))
        .execute();
    }
  },
};
