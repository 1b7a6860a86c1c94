import { chmod } from "node:fs/promises";
import type { Kysely, Transaction } from "kysely";
import type { DatabaseAddress } from "./address.ts";
import { createChanges } from "./changes.ts";
import { readerOpen, writerOpen } from "./connections.ts";
import { createKept, type Kept, type KeptOptions } from "./kept.ts";
import { migrate, type Migrations } from "./migrate.ts";
import { createSerialize } from "./serializable.ts";
import type { Tables } from "./tables.ts";

/** What reads need. A `Tx` is one too, so a read works inside a transaction. */
export type Db = Pick<Kysely<Tables>, "selectFrom" | "selectNoFrom" | "with" | "withRecursive" | "fn">;

/** What writes demand. Only SQL may be awaited while one is open. */
export type Tx = Transaction<Tables>;

export interface Database {
  /** Reads of what is committed. */
  readonly db: Db;
  /**
   * All or nothing, as if transactions ran one after the other; rolls back when `run` throws. On SQLite they do; on
   * PostgreSQL one that loses a race is begun anew, so `run` may run again: it changes nothing but rows.
   */
  transaction<T>(run: (tx: Tx) => Promise<T>): Promise<T>;
  /** Values that many requests read and few change. */
  kept<Value>(options: KeptOptions<Value>): Kept<Value>;
  close(): Promise<void>;
}

/** Opens the database and brings it to the newest schema. Throws `unavailable` when a server does not answer. */
export async function openDatabase(options: {
  readonly address: DatabaseAddress;
  readonly migrations: Migrations;
}): Promise<Database> {
  const { address } = options;
  const inMemory = address.kind === "sqlite" && address.path === ":memory:";
  const changes = address.kind === "sqlite" ? createChanges() : undefined;
  const writer = writerOpen<Tables>(address, changes);
  try {
    await migrate(writer, options.migrations);
    if (address.kind === "sqlite" && !inMemory) await chmod(address.path, 0o600);
  } catch (error) {
    await writer.destroy();
    throw error;
  }
  const reader = inMemory ? writer : readerOpen<Tables>(address);
  return {
    db: reader,
    transaction:
      address.kind === "sqlite" ? (run) => writer.transaction().execute(run) : serializable(writer),
    kept: (what) => createKept(changes, what),
    async close() {
      if (reader !== writer) await reader.destroy();
      await writer.destroy();
    },
  };
}

function serializable(writer: Kysely<Tables>): Database["transaction"] {
  const serialize = createSerialize();
  return (run) => serialize(() => writer.transaction().setIsolationLevel("serializable").execute(run));
}
