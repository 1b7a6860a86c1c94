import { CompiledQuery, sql, type RawBuilder } from "kysely";
import { isPostgres, type Tx } from "#db/index.ts";

/** Rows at most in one of SQLite's statements: so many texts of each are kept, and prepared, at most. */
const largest = 64;

type Parameter = string | number | null;

/** How a statement names the rows that it is about. */
export interface Rows {
  /** `… in (the first values of the rows)`, to follow a column. */
  readonly keys: RawBuilder<unknown>;
  /** For `from`: a table "v" with the values as "column1", "column2", … */
  readonly table: RawBuilder<unknown>;
}

/** Types of a row's values, as PostgreSQL calls them. */
type Types = readonly ("text" | "integer" | "bigint")[];

/**
 * A statement about any number of rows, whose text is made once: building one takes longer than running it. PostgreSQL
 * gets an array for each column, and so one text for any number; SQLite, which has no arrays, one for each number.
 */
export function statement<Row>(
  types: Types,
  build: (tx: Tx, rows: Rows) => RawBuilder<Row>,
): (tx: Tx, rows: readonly (readonly Parameter[])[]) => Promise<Row[]> {
  let ofArrays: string | undefined;
  const ofNumber = new Map<number, string>();
  return async (tx, rows) => {
    if (rows.length === 0) return [];
    if (isPostgres(tx)) {
      ofArrays ??= build(tx, arrays(types)).compile(tx).sql;
      const columns = types.map((_, column) => rows.map((row) => row[column]));
      return (await tx.executeQuery<Row>(CompiledQuery.raw(ofArrays, columns))).rows;
    }
    const found: Row[] = [];
    for (let start = 0; start < rows.length; start += largest) {
      const some = rows.length > largest ? rows.slice(start, start + largest) : rows;
      let text = ofNumber.get(some.length);
      if (text === undefined) {
        text = build(tx, places(types, some.length)).compile(tx).sql;
        ofNumber.set(some.length, text);
      }
      found.push(...(await tx.executeQuery<Row>(CompiledQuery.raw(text, some.flat()))).rows);
    }
    return found;
  };
}

function arrays(types: Types): Rows {
  const columns = types.map((type) => sql`cast(${sql.val([])} as ${sql.raw(type)}[])`);
  const names = types.map((_, index) => sql.ref(`column${index + 1}`));
  return {
    keys: sql`= any(${columns[0]})`,
    table: sql`unnest(${sql.join(columns)}) as "v" (${sql.join(names)})`,
  };
}

function places(types: Types, count: number): Rows {
  const place = sql.val(null);
  const row = sql`(${sql.join(types.map(() => place))})`;
  const rows = sql.join(Array.from({ length: count }, () => row));
  return { keys: sql`in (${rows})`, table: sql`(values ${rows}) as "v"` };
}

type Steps<Results extends readonly unknown[]> = {
  readonly [Index in keyof Results]: () => Promise<Results[Index]>;
};

/**
 * Statements one after the other. PostgreSQL gets all of them at once, and runs them in this order: what they cost is mostly
 * the way there and back. Throws the first error.
 */
export async function inSequence<const Results extends readonly unknown[]>(
  tx: Tx,
  steps: Steps<Results>,
): Promise<Results> {
  const results: unknown[] = [];
  if (isPostgres(tx)) {
    // The errors of those behind the first are its consequences; and none may be under way when the transaction ends.
    for (const answer of await Promise.allSettled(steps.map((step) => step()))) {
      if (answer.status === "rejected") throw answer.reason;
      results.push(answer.value);
    }
  } else for (const step of steps) results.push(await step());
  return results as unknown as Results;
}
