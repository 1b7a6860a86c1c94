import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { isPostgres } from "../dialect.ts";
import type { Tables } from "../tables.ts";

/** What transactions wrote, by their number: see `change-log.ts`. A SQLite file has one process that writes, which needs no log. */
export const migration: Migration = {
  async up(db) {
    if (!isPostgres(db as Kysely<Tables>)) return;
    await db.schema
      .createTable("database_changes")
      .addColumn("transaction", sql`xid8`, (column) =>
        column.primaryKey().defaultTo(sql`pg_current_xact_id()`),
      )
      .addColumn("writes", "text", (column) => column.notNull())
      .execute();
  },
};
