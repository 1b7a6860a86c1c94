import { PostgresDialect, type PostgresPoolClient } from "kysely";
import { Pool, types, type PoolClient } from "pg";
import { databaseLabel, type DatabaseAddress } from "./address.ts";
import { postgresErrorOf } from "./postgres-errors.ts";
import { createPreparedAsk, type Ask } from "./postgres-prepared.ts";
import { transactionAsk } from "./postgres-transaction.ts";

/** Connections at most; reads and writes have a pool each, so that neither waits for the other's connections. */
const poolSize = 8;

/**
 * A page read at random costs little more than the next one, on disks of today or in memory: with the default of 4 a table
 * of a thousand rows is read from end to end for ten of them, and all of it counts as read when races are looked for.
 */
const settings = "set random_page_cost = 1.1";

type Parser = (text: string) => unknown;

/** COUNT, bigint columns (int8) and SUM of them (numeric): numbers, as on SQLite. */
const numberParsers: ReadonlyMap<number, Parser> = new Map([
  [types.builtins.INT8, numberOf],
  [types.builtins.NUMERIC, numberOf],
]);

/** A number, unless it is an integer that a number cannot hold: that stays text. */
function numberOf(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) || text.includes(".") ? number : text;
}

/** How a pool's connections ask, and what they make of errors. */
interface Way {
  readonly ask: Ask;
  readonly translate: (error: unknown) => unknown;
  readonly tells: boolean;
}

/** `tells`: its transactions leave what they write in the log of changes, which must be there. */
export function postgresDialect(
  address: DatabaseAddress & { readonly kind: "postgresql" },
  { tells }: { readonly tells: boolean },
): PostgresDialect {
  const label = databaseLabel(address);
  const way: Way = { ask: createPreparedAsk(), translate: (error) => postgresErrorOf(error, label), tells };
  const pool = new Pool({
    connectionString: address.url.expose(),
    max: poolSize,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    // Statements that nobody waits for one by one go out together; whoever waits for each notices nothing.
    pipeline: true,
    fallback_application_name: "sealstone",
    types: {
      getTypeParser: (oid: Parameters<typeof types.getTypeParser>[0]): Parser =>
        numberParsers.get(oid) ?? (types.getTypeParser(oid, "text") as Parser),
    },
  });
  pool.on("connect", (client) => void client.query(settings).catch(() => undefined));
  // A connection that breaks while it is idle is replaced by the next query, which says what is wrong if anything is.
  pool.on("error", () => undefined);
  return new PostgresDialect({
    pool: {
      options: pool.options,
      connect: () => connect(pool, way),
      end: () => pool.end(),
    },
  });
}

/** pg reads the URL only here, and the files that it names. */
async function connect(pool: Pool, way: Way): Promise<PostgresPoolClient> {
  try {
    return clientOf(await pool.connect(), way);
  } catch (error) {
    throw way.translate(error);
  }
}

/** The connection as Kysely uses it, with errors of ours. */
function clientOf(client: PoolClient, { translate, ask, tells }: Way): PostgresPoolClient {
  const asked = transactionAsk((sql, parameters) => ask(client, sql, parameters), { tells });
  const query = (sql: string, parameters: readonly unknown[]): Promise<unknown> =>
    asked(sql, parameters).catch((error: unknown) => {
      throw translate(error);
    });
  return {
    query: query as PostgresPoolClient["query"],
    release: (broken) => client.release(broken),
  };
}
