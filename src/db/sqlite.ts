import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { SqliteDatabase, SqliteStatement } from "kysely";
import { CloudError } from "#base/errors.ts";
import { statementOf, type Changes } from "./changes.ts";

/** `path` is a file, or `:memory:`. Durable commits: WAL with synchronous=FULL. What is deleted (sealed boxes) is overwritten. */
export function sqliteOpen(path: string, options: { readonly readOnly: boolean }): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: options.readOnly, timeout: 5_000 });
  if (!options.readOnly)
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;");
  database.exec("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;");
  return database;
}

/** Primary result code (https://www.sqlite.org/rescode.html#full). */
const full = 13;

/** What the operator can do something about becomes a CloudError, as `postgresErrorOf` has it; all else stays as it is. */
export function sqliteErrorOf(cause: unknown): unknown {
  const code = cause instanceof Error ? (cause as { errcode?: unknown }).errcode : undefined;
  if (typeof code !== "number" || (code & 0xff) !== full) return cause;
  const message = "The disk of the database is full: nothing can be changed until there is room.";
  return new CloudError("unavailable", message, { cause });
}

/** node:sqlite in the shape that Kysely's SQLite dialect expects; statements are prepared once. */
export function sqliteShim(database: DatabaseSync, changes?: Changes): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(sql) {
      const known = statements.get(sql);
      if (known) return known;
      const statement = watched(asKyselyStatement(database.prepare(sql)), { sql, database, changes });
      // Statements with generated lists (IN (?, ?, …)) could otherwise grow the cache without end.
      if (statements.size > 2_000) statements.clear();
      statements.set(sql, statement);
      return statement;
    },
  };
}

function asKyselyStatement(statement: StatementSync): SqliteStatement {
  type Values = Parameters<StatementSync["all"]>;
  return {
    reader: statement.columns().length > 0,
    all: (values) => statement.all(...(values as unknown as Values)),
    run: (values) => statement.run(...(values as unknown as Values)),
    iterate: (values) => statement.iterate(...(values as unknown as Values)) as IterableIterator<unknown>,
  };
}

/** Tells `changes` what the statement did; a read stays as it is. */
function watched(
  statement: SqliteStatement,
  at: { readonly sql: string; readonly database: DatabaseSync; readonly changes: Changes | undefined },
): SqliteStatement {
  const { changes, database } = at;
  const effect = statementOf(at.sql);
  if (!changes || effect === undefined) return statement;
  const tell = <T>(result: T): T => {
    changes.ran(effect, database.isTransaction);
    return result;
  };
  return {
    reader: statement.reader,
    all: (values) => tell(statement.all(values)),
    run: (values) => tell(statement.run(values)),
    // Rows of a write are few: read at once, so that the write has happened when it is told of.
    iterate: (values) => tell(statement.all(values))[Symbol.iterator]() as IterableIterator<unknown>,
  };
}
