import { existsSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { Kysely, type Transaction } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import { CloudError } from "#base/errors.ts";
import { sqliteDialect } from "./sqlite.ts";
import type { Tables } from "./tables.ts";

export type { Migration } from "kysely/migration";

/** Migration name (`0001-identity`) → migration. Names are never reused. */
export type Migrations = Readonly<Record<string, Migration>>;

/** What reads need. A `Tx` is one too, so a read works inside a transaction. */
export type Db = Pick<Kysely<Tables>, "selectFrom" | "selectNoFrom" | "with" | "withRecursive" | "fn">;

/** What writes demand. Only SQL may be awaited while one is open. */
export type Tx = Transaction<Tables>;

export interface Database {
  /** Reads of what is committed. */
  readonly db: Db;
  /** All or nothing; rolls back when `run` throws. Transactions run one after the other on SQLite. */
  transaction<T>(run: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens, and brings to the newest schema, the database at `path` (a file, made 0600, or `:memory:`).
 * Reads have their own connection, so that a long one never waits for a writer.
 */
export async function openDatabase(options: {
  readonly path: string;
  readonly migrations: Migrations;
}): Promise<Database> {
  const inMemory = options.path === ":memory:";
  const writer = new Kysely<Tables>({ dialect: sqliteDialect(options.path, { readOnly: false }) });
  await migrate(writer, options.migrations);
  if (!inMemory) await chmod(options.path, 0o600);
  const reader = inMemory
    ? writer
    : new Kysely<Tables>({ dialect: sqliteDialect(options.path, { readOnly: true }) });
  return {
    db: reader,
    transaction: (run) => writer.transaction().execute(run),
    async close() {
      if (reader !== writer) await reader.destroy();
      await writer.destroy();
    },
  };
}

/** Names of the migrations that the database at `path` has; none when it does not exist. Changes nothing. */
export async function migrationList(path: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  const reader = new Kysely<{ schema_migrations: { name: string } }>({
    dialect: sqliteDialect(path, { readOnly: true }),
  });
  try {
    const rows = await reader.selectFrom("schema_migrations").select("name").orderBy("name").execute();
    return rows.map(({ name }) => name);
  } finally {
    await reader.destroy();
  }
}

async function migrate(writer: Kysely<Tables>, migrations: Migrations): Promise<void> {
  const migrator = new Migrator({
    db: writer,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    allowUnorderedMigrations: true,
    migrationTableName: "schema_migrations",
    migrationLockTableName: "schema_migrations_lock",
  });
  const { error } = await migrator.migrateToLatest();
  if (error) {
    throw new CloudError("bug", "The database could not be brought to the newest schema.", { cause: error });
  }
}
