import { sql, type Expression, type RawBuilder, type SqlBool } from "kysely";

/** One key of an order, and its value in the row after which a page begins. */
export interface KeysetTerm {
  /** Never null. */
  readonly column: Expression<string | number>;
  readonly direction: "asc" | "desc";
  readonly value: string | number;
}

/** True for the rows that come after the one with these values; the terms together name one row. */
export function afterKeyset(terms: readonly KeysetTerm[]): RawBuilder<SqlBool> {
  const [first, ...rest] = terms;
  if (!first) return sql`1 = 0`;
  const { column, value } = first;
  const beyond =
    first.direction === "asc" ? sql<SqlBool>`${column} > ${value}` : sql<SqlBool>`${column} < ${value}`;
  return rest.length === 0 ? beyond : sql`(${beyond} or (${column} = ${value} and ${afterKeyset(rest)}))`;
}
