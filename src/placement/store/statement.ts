import { CompiledQuery, type RawBuilder } from "kysely";
import { isPostgres, type Tx } from "#db/index.ts";

/** Rows at most in one statement: so many texts of each statement are kept, and prepared, at most. */
const largest = 64;

type Parameter = string | number | null;

/**
 * A statement about any number of rows, whose text is made once for each number: building one takes longer than
 * running it. `build` gets rows of nothing, in the place of the parameters.
 */
export function statement<Row>(
  build: (tx: Tx, rows: readonly (readonly null[])[]) => RawBuilder<Row>,
): (tx: Tx, rows: readonly (readonly Parameter[])[]) => Promise<Row[]> {
  const texts = { postgres: new Map<number, string>(), sqlite: new Map<number, string>() };
  return async (tx, rows) => {
    const known = isPostgres(tx) ? texts.postgres : texts.sqlite;
    const found: Row[] = [];
    for (let start = 0; start < rows.length; start += largest) {
      const some = rows.length > largest ? rows.slice(start, start + largest) : rows;
      let text = known.get(some.length);
      if (text === undefined) {
        text = build(
          tx,
          some.map((row) => row.map(() => null)),
        ).compile(tx).sql;
        known.set(some.length, text);
      }
      found.push(...(await tx.executeQuery<Row>(CompiledQuery.raw(text, some.flat()))).rows);
    }
    return found;
  };
}
