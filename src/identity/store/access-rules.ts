import type { Db, Tx } from "#db/index.ts";
import type { AccessRule } from "../domain/delegation.ts";

interface AccessRuleRow {
  id: string;
  user_id: string;
  service: string;
  method: string;
  path: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_access_rules: AccessRuleRow;
  }
}

export interface AccessRuleFilter {
  readonly service?: string | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
}

export async function accessRuleList(
  db: Db,
  userId: string,
  filter: AccessRuleFilter = {},
): Promise<AccessRule[]> {
  let query = db
    .selectFrom("identity_access_rules")
    .select(["id", "service", "method", "path"])
    .where("user_id", "=", userId)
    .orderBy("id");
  if (filter.service !== undefined) query = query.where("service", "=", filter.service);
  if (filter.method !== undefined) query = query.where("method", "=", filter.method);
  if (filter.path !== undefined) query = query.where("path", "=", filter.path);
  return query.execute();
}

export async function accessRuleFind(db: Db, userId: string, id: string): Promise<AccessRule | undefined> {
  return db
    .selectFrom("identity_access_rules")
    .select(["id", "service", "method", "path"])
    .where("user_id", "=", userId)
    .where("id", "=", id)
    .executeTakeFirst();
}

export async function accessRuleInsert(tx: Tx, userId: string, rule: AccessRule): Promise<void> {
  await tx
    .insertInto("identity_access_rules")
    .values({ ...rule, user_id: userId })
    .execute();
}

/** Whether an application credential has it. */
export async function accessRuleUsed(db: Db, id: string): Promise<boolean> {
  const row = await db
    .selectFrom("identity_application_credential_access_rules")
    .select("access_rule_id")
    .where("access_rule_id", "=", id)
    .executeTakeFirst();
  return row !== undefined;
}

export async function accessRuleDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_access_rules").where("id", "=", id).execute();
}
