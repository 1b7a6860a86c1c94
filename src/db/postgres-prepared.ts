import type { PoolClient } from "pg";
import { sqlStateOf } from "./postgres-errors.ts";

/** Statements at most that a connection keeps prepared; others (lists of ever other lengths) are parsed each time. */
const statementsLimit = 500;

export type Ask = (client: PoolClient, sql: string, parameters: readonly unknown[]) => Promise<unknown>;

/**
 * Asks by statements that each connection prepares once: parsing and planning takes PostgreSQL longer than running most of
 * them. When a newer version has changed a table meanwhile, what was prepared is forgotten and the question put again;
 * inside a transaction, which is lost then, it throws what a lost race throws.
 */
export function createPreparedAsk(): Ask {
  const names = new Map<string, string>();
  let generation = 0;
  const nameOf = (sql: string): string | undefined => {
    const known = names.get(sql);
    if (known !== undefined || names.size >= statementsLimit) return known;
    const name = `sealstone_${generation}_${names.size}`;
    names.set(sql, name);
    return name;
  };
  return async (client, sql, parameters) => {
    const values = [...parameters];
    const name = values.length === 0 ? undefined : nameOf(sql);
    if (name === undefined) return client.query(sql, values);
    try {
      return await client.query({ name, text: sql, values });
    } catch (error) {
      if (!isStale(error)) throw error;
      names.clear();
      generation += 1;
      return await client.query(sql, values).catch((cause: unknown) => {
        // in_failed_sql_transaction
        if (sqlStateOf(cause) !== "25P02") throw cause;
        throw Object.assign(new Error("a table was changed meanwhile", { cause: error }), { code: "40001" });
      });
    }
  };
}

/** "cached plan must not change result type", which has no state of its own. */
function isStale(error: unknown): boolean {
  return sqlStateOf(error) === "0A000" && error instanceof Error && error.message.includes("cached plan");
}
