import { existsSync } from "node:fs";
import type { Kysely } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import { CloudError } from "#base/errors.ts";
import type { DatabaseAddress } from "./address.ts";
import { readerOpen } from "./connections.ts";
import { migration as migration0070 } from "./migrations/0070-database-changes.ts";
import type { Tables } from "./tables.ts";

/** Migration name (`0001-identity`) → migration. Names are never reused. */
export type Migrations = Readonly<Record<string, Migration>>;

/** The database's own, which every database has. */
export const databaseMigrations: Migrations = { "0070-database-changes": migration0070 };

interface MigrationTables {
  schema_migrations: { name: string };
}

/** Names of the migrations that the database has; none when it is empty or a file that does not exist. Changes nothing. */
export async function migrationList(address: DatabaseAddress): Promise<string[]> {
  if (address.kind === "sqlite" && !existsSync(address.path)) return [];
  const reader = readerOpen<MigrationTables>(address);
  try {
    const tables = await reader.introspection.getTables({ withInternalKyselyTables: true });
    if (!tables.some(({ name }) => name === "schema_migrations")) return [];
    const rows = await reader.selectFrom("schema_migrations").select("name").orderBy("name").execute();
    return rows.map(({ name }) => name);
  } finally {
    await reader.destroy();
  }
}

/** Brings the database to the newest schema. On PostgreSQL a lock makes processes that start together do so once. */
export async function migrate(writer: Kysely<Tables>, migrations: Migrations): Promise<void> {
  const migrator = new Migrator({
    db: writer,
    provider: { getMigrations: () => Promise.resolve({ ...migrations, ...databaseMigrations }) },
    allowUnorderedMigrations: true,
    migrationTableName: "schema_migrations",
    migrationLockTableName: "schema_migrations_lock",
  });
  const { error } = await migrator.migrateToLatest();
  if (error instanceof CloudError) throw error;
  if (error) {
    throw new CloudError("bug", "The database could not be brought to the newest schema.", { cause: error });
  }
}
