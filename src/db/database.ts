import { chmod } from "node:fs/promises";
import type { Kysely } from "kysely";
import type { Db, Tx } from "./access.ts";
import type { DatabaseAddress } from "./address.ts";
import { createChangeLog } from "./change-log.ts";
import { createChanges } from "./changes.ts";
import { groupWriterOpen, readerOpen, sharedWriterOpen, writerOpen } from "./connections.ts";
import { createKept, type Kept, type KeptOptions } from "./kept.ts";
import { migrate, type Migrations } from "./migrate.ts";
import { createSerialize } from "./serializable.ts";
import { sqliteErrorOf } from "./sqlite.ts";
import type { Tables } from "./tables.ts";

export interface Database {
  /** Reads of what is committed. */
  readonly db: Db;
  /**
   * All or nothing, as if transactions ran one after the other; rolls back when `run` throws; answered when it is
   * durable. On SQLite they do run so, and those that come at once share a commit, so `run` must read by its `tx`: `db`
   * and kept values do not know yet what the one before wrote. On PostgreSQL one that loses a race is begun anew, so
   * `run` may run again: it changes nothing but rows.
   */
  transaction<T>(run: (tx: Tx) => Promise<T>): Promise<T>;
  /** Values that many requests read and few change. */
  kept<Value, Given = void>(options: KeptOptions<Value, Given>): Kept<Value, Given>;
  close(): Promise<void>;
}

/** Opens the database and brings it to the newest schema. Throws `unavailable` when a server does not answer. */
export async function openDatabase(options: {
  readonly address: DatabaseAddress;
  readonly migrations: Migrations;
  /** A transaction on a SQLite file that awaits something else than SQL is rolled back after this time. */
  readonly transactionLimitMs?: number;
}): Promise<Database> {
  const { address, migrations } = options;
  if (address.kind === "postgresql") return openShared(address, migrations);
  const changes = createChanges();
  await withWriter(address, async (writer) => {
    await migrate(writer, migrations);
    await chmod(address.path, 0o600);
  });
  const reader = readerOpen<Tables>(address);
  const writer = groupWriterOpen(address.path, { changes, timeLimitMs: options.transactionLimitMs });
  return {
    db: reader,
    async transaction(run) {
      try {
        return await writer.transaction(run);
      } catch (error) {
        throw sqliteErrorOf(error);
      }
    },
    kept: (what) => createKept({ db: reader, news: changes }, what),
    async close() {
      await writer.close();
      await reader.destroy();
    },
  };
}

async function withWriter(address: DatabaseAddress, use: (writer: Kysely<Tables>) => Promise<void>) {
  const writer = writerOpen<Tables>(address);
  try {
    await use(writer);
  } finally {
    await writer.destroy();
  }
}

async function openShared(
  address: DatabaseAddress & { readonly kind: "postgresql" },
  migrations: Migrations,
): Promise<Database> {
  await withWriter(address, (writer) => migrate(writer, migrations));
  const reader = readerOpen<Tables>(address);
  const writer = sharedWriterOpen<Tables>(address);
  const log = createChangeLog(reader);
  // Migrations changed what others may keep.
  await log.prune();
  return {
    db: reader,
    transaction: serializable(writer),
    kept: (what) => createKept({ db: reader, news: log }, what),
    async close() {
      await reader.destroy();
      await writer.destroy();
    },
  };
}

function serializable(writer: Kysely<Tables>): Database["transaction"] {
  const serialize = createSerialize();
  return (run) => serialize(() => writer.transaction().setIsolationLevel("serializable").execute(run));
}
