export { databaseLabel } from "./address.ts";
export type { DatabaseAddress } from "./address.ts";
export { openDatabase } from "./database.ts";
export type { Database, Db, Tx } from "./database.ts";
export type { Kept } from "./kept.ts";
export { migrationList } from "./migrate.ts";
export type { Migrations } from "./migrate.ts";
export type { Migration } from "kysely/migration";
export { isPostgres } from "./dialect.ts";
