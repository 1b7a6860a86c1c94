import type { Migration } from "#db/index.ts";

/** The address that the configuration gave an endpoint last: one that nobody changed follows the configuration. */
export const migration0052: Migration = {
  async up(db) {
    const { schema } = db;
    await schema
      .alterTable("identity_catalog_seeds")
      .addColumn("url", "text", (column) => column.notNull().defaultTo(""))
      .execute();
    // Until now all were of this form; the others were changed or deleted since, and stay so.
    const given = await db
      .selectFrom("identity_endpoints")
      .select(["id", "url"])
      .where("url", "like", "$(public_endpoint)s/%")
      .execute();
    for (const { id, url } of given)
      await db.updateTable("identity_catalog_seeds").set({ url }).where("id", "=", id).execute();
  },
};
