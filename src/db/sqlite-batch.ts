import type { DatabaseSync } from "node:sqlite";
import { SqliteDialect, SqliteDriver, type SqliteDialectConfig } from "kysely";
import type { Changes, Statement } from "./changes.ts";
import { sqliteShim } from "./sqlite.ts";

/** One transaction of SQLite that holds several of ours: the first as it is, each further one in a savepoint. */
export interface SqliteBatch {
  /** False before the first `enter`, after `commit`, and when SQLite itself rolled all back (a full disk). */
  readonly isOpen: boolean;
  enter(): void;
  keep(): void;
  /** Undoes what was done since `enter`, of the first by ending all; where SQLite rolled all back already, nothing. */
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
  /** A savepoint keeps a copy of each page that changes: one alone, as most are, has no use for it. */
  let inSavepoint = false;
  return {
    get isOpen() {
      return database.isTransaction;
    },
    enter() {
      inSavepoint = database.isTransaction;
      if (inSavepoint) savepoint();
      else begin();
    },
    keep() {
      if (inSavepoint) release();
    },
    drop() {
      if (!database.isTransaction) return;
      if (!inSavepoint) return rollback();
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

/** What Kysely takes for a transaction is a member of the batch. */
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
