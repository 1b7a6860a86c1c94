import type { Db, Tx } from "#db/index.ts";
import type { ConfigPart } from "../domain/domain-config.ts";

interface OptionRow {
  domain_id: string;
  group_name: string;
  option_name: string;
  value: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_domain_config: OptionRow;
  }
}

export interface StoredOption {
  readonly group: string;
  readonly option: string;
  /** JSON, or a box with it. */
  readonly value: string;
}

export async function configOptionList(db: Db, domainId: string): Promise<StoredOption[]> {
  return db
    .selectFrom("identity_domain_config")
    .select(["group_name as group", "option_name as option", "value"])
    .where("domain_id", "=", domainId)
    .orderBy("group_name")
    .orderBy("option_name")
    .execute();
}

/** New ones and others' new values. */
export async function configOptionEnsure(
  tx: Tx,
  domainId: string,
  options: readonly StoredOption[],
): Promise<void> {
  for (const { group, option, value } of options) {
    await tx
      .insertInto("identity_domain_config")
      .values({ domain_id: domainId, group_name: group, option_name: option, value })
      .onConflict((conflict) =>
        conflict.columns(["domain_id", "group_name", "option_name"]).doUpdateSet({ value }),
      )
      .execute();
  }
}

export async function configOptionDelete(tx: Tx, domainId: string, part: ConfigPart): Promise<void> {
  let query = tx.deleteFrom("identity_domain_config").where("domain_id", "=", domainId);
  if (part.group !== undefined) query = query.where("group_name", "=", part.group);
  if (part.option !== undefined) query = query.where("option_name", "=", part.option);
  await query.execute();
}
