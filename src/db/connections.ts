import { Kysely } from "kysely";
import type { DatabaseAddress } from "./address.ts";
import type { Changes } from "./changes.ts";
import { postgresDialect } from "./postgres.ts";
import { sqliteDialect } from "./sqlite.ts";

/** For writes, and in a database in memory for all. */
export function writerOpen<T>(address: DatabaseAddress, changes?: Changes): Kysely<T> {
  return open(address, { readOnly: false, changes });
}

/** For reads alone: a long one never waits for a writer. */
export function readerOpen<T>(address: DatabaseAddress): Kysely<T> {
  return open(address, { readOnly: true });
}

function open<T>(
  address: DatabaseAddress,
  options: { readonly readOnly: boolean; readonly changes?: Changes | undefined },
): Kysely<T> {
  return new Kysely<T>({
    dialect: address.kind === "sqlite" ? sqliteDialect(address.path, options) : postgresDialect(address),
  });
}
