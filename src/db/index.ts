export { migrationList, openDatabase } from "./database.ts";
export type { Database, Db, Migration, Migrations, Tx } from "./database.ts";
