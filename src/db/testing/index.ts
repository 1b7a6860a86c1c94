export { databasePlace, openPlace, openTestDatabase } from "./each-database.ts";
export type { DatabasePlace } from "./each-database.ts";
