import type { DatabaseSync } from "node:sqlite";
import { SqliteDialect, SqliteDriver, type SqliteDialectConfig } from "kysely";
import type { Changes, Statement } from "./changes.ts";
import { sqliteShim } from "./sqlite.ts";

/** One transaction of SQLite that holds several of ours, each in a savepoint. */
export interface SqliteBatch {
  /** False before the first `enter`, after `commit`, and when SQLite itself rolled all back (a full disk). */
  readonly isOpen: boolean;
  enter(): void;
  keep(): void;
  /** Undoes what was done since `enter`; where SQLite rolled all back already, nothing. */
  drop(): void;
  /** Durable when it returns; throws when nothing was committed. */
  commit(): void;
}

export function createSqliteBatch(database: DatabaseSync, changes: Changes): SqliteBatch {
  const prepare = (sql: string, statement: Statement): (() => void) => {
    const prepared = database.prepare(sql);
    return () => {
      prepared.run();
      changes.ran(statement, database.isTransaction);
    };
  };
  const begin = prepare("BEGIN IMMEDIATE", "other");
  const savepoint = prepare("SAVEPOINT member", "savepoint");
  const rollbackTo = prepare("ROLLBACK TO member", "rollback to");
  const release = prepare("RELEASE member", "release");
  const commit = prepare("COMMIT", "other");
  const rollback = prepare("ROLLBACK", "rollback");
  return {
    get isOpen() {
      return database.isTransaction;
    },
    enter() {
      if (!database.isTransaction) begin();
      savepoint();
    },
    keep: release,
    drop() {
      if (!database.isTransaction) return;
      rollbackTo();
      release();
    },
    commit() {
      try {
        commit();
      } catch (error) {
        if (database.isTransaction) rollback();
        throw error;
      }
    },
  };
}

/** What Kysely takes for a transaction is a savepoint of the batch. */
class MemberDriver extends SqliteDriver {
  readonly #batch: SqliteBatch;

  constructor(config: SqliteDialectConfig, batch: SqliteBatch) {
    super(config);
    this.#batch = batch;
  }

  override async beginTransaction(): Promise<void> {
    this.#batch.enter();
  }

  override async commitTransaction(): Promise<void> {
    this.#batch.keep();
  }

  override async rollbackTransaction(): Promise<void> {
    this.#batch.drop();
  }
}

export class MemberDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;
  readonly #batch: SqliteBatch;

  constructor(database: DatabaseSync, batch: SqliteBatch, changes: Changes) {
    const config = { database: sqliteShim(database, changes) };
    super(config);
    this.#config = config;
    this.#batch = batch;
  }

  override createDriver(): MemberDriver {
    return new MemberDriver(this.#config, this.#batch);
  }
}
