import type { Kysely, Transaction } from "kysely";
import type { Tables } from "./tables.ts";

/** What reads need. A `Tx` is one too, so a read works inside a transaction. */
export type Db = Pick<Kysely<Tables>, "selectFrom" | "selectNoFrom" | "with" | "withRecursive" | "fn">;

/** What writes demand. Only SQL may be awaited while one is open. */
export type Tx = Transaction<Tables>;
