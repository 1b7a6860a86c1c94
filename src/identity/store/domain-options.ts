import type { Db, Tx } from "#db/index.ts";
import type { DomainConfig, OptionPath } from "../domain/domain-config.ts";

declare module "#db/tables.ts" {
  interface Tables {
    /** `value` is JSON. */
    identity_domain_options: { domain_id: string; option_group: string; name: string; value: string };
  }
}

/** Groups without options are left out. */
export async function domainOptionList(
  db: Db,
  domainId: string,
  path: OptionPath = {},
): Promise<DomainConfig> {
  let query = db.selectFrom("identity_domain_options").selectAll().where("domain_id", "=", domainId);
  if (path.group !== undefined) query = query.where("option_group", "=", path.group);
  if (path.option !== undefined) query = query.where("name", "=", path.option);
  const found: Record<string, Record<string, unknown>> = {};
  for (const row of await query.orderBy("option_group").orderBy("name").execute()) {
    (found[row.option_group] ??= {})[row.name] = JSON.parse(row.value);
  }
  return found;
}

/** Options that are there get the new value. */
export async function domainOptionSet(tx: Tx, domainId: string, config: DomainConfig): Promise<void> {
  for (const [group, options] of Object.entries(config)) {
    for (const [option, value] of Object.entries(options)) {
      await domainOptionDelete(tx, domainId, { group, option });
      await tx
        .insertInto("identity_domain_options")
        .values({ domain_id: domainId, option_group: group, name: option, value: JSON.stringify(value) })
        .execute();
    }
  }
}

export async function domainOptionDelete(tx: Tx, domainId: string, path: OptionPath = {}): Promise<void> {
  let query = tx.deleteFrom("identity_domain_options").where("domain_id", "=", domainId);
  if (path.group !== undefined) query = query.where("option_group", "=", path.group);
  if (path.option !== undefined) query = query.where("name", "=", path.option);
  await query.execute();
}
