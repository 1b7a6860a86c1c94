import { DatabaseSync, type StatementSync } from "node:sqlite";
import { SqliteDialect, type SqliteDatabase, type SqliteStatement } from "kysely";

/** node:sqlite in the shape that Kysely's SQLite dialect expects; statements are prepared once. */
function shim(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(sql) {
      const known = statements.get(sql);
      if (known) return known;
      const statement = asKyselyStatement(database.prepare(sql));
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

/** `path` is a file, or `:memory:`. Durable commits: WAL with synchronous=FULL. What is deleted (sealed boxes) is overwritten. */
export function sqliteDialect(path: string, options: { readOnly: boolean }): SqliteDialect {
  const database = new DatabaseSync(path, { readOnly: options.readOnly, timeout: 5_000 });
  if (!options.readOnly)
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;");
  database.exec("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;");
  return new SqliteDialect({ database: shim(database) });
}
