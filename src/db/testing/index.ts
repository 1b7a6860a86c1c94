export { databasePlace, openDatabaseAt, openTestDatabase } from "./each-database.ts";
export type { DatabasePlace } from "./each-database.ts";
