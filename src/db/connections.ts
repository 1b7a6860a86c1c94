import { Kysely, SqliteAdapter, SqliteDialect } from "kysely";
import type { DatabaseAddress } from "./address.ts";
import type { Changes } from "./changes.ts";
import { createGroupCommit, type GroupCommit } from "./group-commit.ts";
import { postgresDialect } from "./postgres.ts";
import { createSqliteBatch, MemberDialect } from "./sqlite-batch.ts";
import { sqliteOpen, sqliteShim } from "./sqlite.ts";
import type { Tables } from "./tables.ts";

/** For migrations. */
export function writerOpen<T>(address: DatabaseAddress): Kysely<T> {
  return open(address, { readOnly: false });
}

/** For writes on a PostgreSQL that is migrated; its transactions leave them in the log of changes. */
export function sharedWriterOpen<T>(address: DatabaseAddress & { readonly kind: "postgresql" }): Kysely<T> {
  return new Kysely<T>({ dialect: postgresDialect(address, { tells: true }) });
}

/** For reads alone: a long one never waits for a writer. */
export function readerOpen<T>(address: DatabaseAddress): Kysely<T> {
  return open(address, { readOnly: true });
}

function open<T>(address: DatabaseAddress, options: { readonly readOnly: boolean }): Kysely<T> {
  if (address.kind === "postgresql")
    return new Kysely<T>({ dialect: postgresDialect(address, { tells: false }) });
  const database = sqliteShim(sqliteOpen(address.path, options));
  return new Kysely<T>({ dialect: new MigratedDialect({ database }) });
}

/** Migrations are one transaction, which Kysely does not ask of SQLite: whole or not at all, with one wait for the disk. */
class MigratedDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new MigratedAdapter();
  }
}

class MigratedAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** The writer of a SQLite file; its transactions share commits. */
export function groupWriterOpen(
  path: string,
  options: { readonly changes: Changes; readonly timeLimitMs?: number | undefined },
): GroupCommit {
  const database = sqliteOpen(path, { readOnly: false });
  const batch = createSqliteBatch(database, options.changes);
  const dialect = new MemberDialect(database, batch, options.changes);
  const writer = new Kysely<Tables>({ dialect });
  const group = createGroupCommit({ writer, batch, timeLimitMs: options.timeLimitMs });
  return {
    transaction: (run) => group.transaction(run),
    async close() {
      await group.close();
      // Kysely closes only what it has used.
      await writer.destroy();
      if (database.isOpen) database.close();
    },
  };
}
