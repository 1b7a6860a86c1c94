import type { Kysely } from "kysely";
import type { Db } from "#db/index.ts";
import type { SealedValues } from "#key-manager/index.ts";
import { secretConfigOptions } from "../domain/domain-config.ts";
import { sealedContext } from "../domain/sealed-context.ts";

/** Every column of the service that a box sealed. */
export const identitySealedValues: readonly SealedValues[] = [
  sealedColumn("credentials", {
    table: "identity_credentials",
    column: "blob_box",
    key: ["id"],
    context: ([id = ""]) => sealedContext.credential(id),
  }),
  sealedColumn("keys of tokens", {
    table: "identity_token_keys",
    column: "key_box",
    key: ["id"],
    context: ([id = ""]) => sealedContext.tokenKey(id),
  }),
  sealedColumn("OAuth1 consumers' secrets", {
    table: "identity_oauth1_consumers",
    column: "secret_box",
    key: ["id"],
    context: ([id = ""]) => sealedContext.consumer(id),
  }),
  ...["identity_oauth1_request_tokens", "identity_oauth1_access_tokens"].map((table) =>
    sealedColumn("OAuth1 tokens' secrets", {
      table,
      column: "secret_box",
      key: ["id"],
      context: ([id = ""]) => sealedContext.oauth1Token(id),
    }),
  ),
  ...secretConfigOptions.map(({ group, option }) =>
    sealedColumn("directory passwords", {
      table: "identity_domain_config",
      column: "value",
      key: ["domain_id", "group_name", "option_name"],
      only: { group_name: group, option_name: option },
      context: ([domainId = ""]) => sealedContext.domainConfig(domainId, group, option),
    }),
  ),
];

interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The columns that name a row. */
  readonly key: readonly string[];
  /** Of the rows that have these values alone. */
  readonly only?: Readonly<Record<string, string>>;
  readonly context: (key: readonly string[]) => readonly string[];
}

type AnyTables = Kysely<Record<string, Record<string, string>>>;

function sealedColumn(what: string, at: SealedColumn): SealedValues {
  const { table, column, key, only = {}, context } = at;
  const others = (db: Db, prefix: string) => {
    let found = (db as unknown as AnyTables).selectFrom(table).where(column, "not like", `${prefix}%`);
    for (const [name, value] of Object.entries(only)) found = found.where(name, "=", value);
    return found;
  };
  return {
    what,
    async count(db, prefix) {
      const { total } = await others(db, prefix)
        .select((select) => select.fn.countAll<number | string | bigint>().as("total"))
        .executeTakeFirstOrThrow();
      return Number(total);
    },
    async some(db, prefix, limit) {
      const rows = await others(db, prefix)
        .select([...key, column])
        .limit(limit)
        .execute();
      return rows.map((row) => {
        const values = key.map((name) => row[name] ?? "");
        return { key: values, sealed: row[column] ?? "", context: context(values) };
      });
    },
    async replace(tx, read, sealed) {
      let update = (tx as unknown as AnyTables).updateTable(table).set({ [column]: sealed });
      for (const [index, name] of key.entries()) update = update.where(name, "=", read.key[index] ?? "");
      await update.where(column, "=", read.sealed).execute();
    },
  };
}
