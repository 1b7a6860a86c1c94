import type { Compilable, CompiledQuery, Kysely, QueryExecutor } from "kysely";
import { CloudError } from "#base/errors.ts";
import type { Db } from "./access.ts";
import type { Tables } from "./tables.ts";

type Value = string | number | null;

/** Stands where a value will be, while the query is built. */
class Place {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

const places = new Proxy(
  {},
  {
    get: (_target, name) => new Place(String(name)),
    ownKeys: () => {
      const detail = "a prepared query takes its values by name: which there are is not known yet";
      throw new CloudError("bug", "An internal error occurred.", { detail });
    },
  },
);

/** Its rows; none of a statement that returns none. */
export type Prepared<From extends Db, Values, Row> = (from: From, values: Values) => Promise<readonly Row[]>;

/**
 * A query of the hot paths, which is built and compiled once for each connection and not at each request. `build` gets
 * stand-ins: it may only put them where a value goes, not look at them; what the text depends on is not for here.
 */
export function prepared<From extends Db, Values extends Readonly<Record<string, Value>>, Row>(
  build: (from: From, values: Values) => Compilable<Row>,
): Prepared<From, Values, Row> {
  const compiled = new WeakMap<object, CompiledQuery<Row>>();
  return async (from, values) => {
    const executor = executorOf(from);
    let query = compiled.get(executor.adapter);
    if (!query) compiled.set(executor.adapter, (query = build(from, places as Values).compile()));
    const parameters = query.parameters.map((one) => (one instanceof Place ? values[one.name] : one));
    const asked = { ...query, parameters };
    // `executeQuery` of the executor itself would look for plugins, of which there are none.
    const { rows } = await executor.provideConnection((connection) => connection.executeQuery<Row>(asked));
    return rows;
  };
}

function executorOf(from: Db): QueryExecutor {
  return (from as Kysely<Tables>).getExecutor();
}
