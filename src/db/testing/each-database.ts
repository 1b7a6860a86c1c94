import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { Secret } from "#base/secret.ts";
import { openDatabase, type Database, type DatabaseAddress, type Migrations } from "../index.ts";
import { postgresCreate, postgresDrop, postgresOpen } from "./postgres-databases.ts";
import { sqliteImage } from "./sqlite-image.ts";
import { sqliteMemoryOpen } from "./sqlite-memory.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** URL of the run's PostgreSQL server; set in the project `unit-postgresql`, which runs the same files as `unit`. */
    postgresql?: string;
  }
}

/** Benchmarks use the kit too, outside Vitest, where nothing is provided. */
function postgresqlServer(): string | undefined {
  return process.env["VITEST"] === undefined ? undefined : inject("postgresql");
}

/** Room for a database, to be opened as often as a test wants. */
export interface DatabasePlace {
  readonly address: DatabaseAddress;
  remove(): Promise<void>;
}

/**
 * Of the kind that this run tests: a SQLite file that is not there yet, or an empty database of the PostgreSQL server;
 * with migrations, one that has their tables.
 */
export async function databasePlace(migrations: Migrations = {}): Promise<DatabasePlace> {
  const server = postgresqlServer();
  if (server !== undefined) {
    const url = await postgresCreate(server, migrations);
    const address = { kind: "postgresql", url: new Secret(url) } as const;
    return { address, remove: () => postgresDrop(server, url) };
  }
  const folder = await mkdtemp(join(tmpdir(), "sealstone-database-"));
  const path = join(folder, "cloud.sqlite");
  if (Object.keys(migrations).length > 0) await writeFile(path, await sqliteImage(migrations));
  return {
    address: { kind: "sqlite", path },
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Opens the database of a place, as each of several processes would; the caller closes it. */
export function openPlace(place: DatabasePlace, migrations: Migrations): Promise<Database> {
  return openDatabase({ address: place.address, migrations });
}

export interface TestDatabaseOptions {
  /** SQLite without a file, for tests that open hundreds. */
  readonly inMemory?: boolean;
  /** Where SQLite's files are to lie; the caller removes it. */
  readonly folder?: string;
}

/** An empty database with these tables; gone when it is closed. */
export async function openTestDatabase(
  migrations: Migrations,
  options: TestDatabaseOptions = {},
): Promise<Database> {
  const server = postgresqlServer();
  if (server !== undefined) return postgresOpen(server, migrations);
  if (options.inMemory === true) return sqliteMemoryOpen(migrations);
  if (options.folder !== undefined) {
    const path = join(options.folder, "cloud.sqlite");
    await writeFile(path, await sqliteImage(migrations));
    return openDatabase({ address: { kind: "sqlite", path }, migrations });
  }
  const place = await databasePlace(migrations);
  const database = await openDatabase({ address: place.address, migrations });
  return {
    ...database,
    async close() {
      await database.close();
      await place.remove();
    },
  };
}
