import { PostgresAdapter, type Kysely } from "kysely";
import type { Db } from "./access.ts";
import type { Tables } from "./tables.ts";

/** For the few questions that the two databases are asked in different words. */
export function isPostgres(db: Db): boolean {
  return (db as Kysely<Tables>).getExecutor().adapter instanceof PostgresAdapter;
}
