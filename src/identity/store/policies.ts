import type { Db, Tx } from "#db/index.ts";
import type { PolicyDocument } from "../domain/policy-document.ts";
import type { Extra } from "../domain/resources.ts";

interface PolicyRow {
  id: string;
  type: string;
  blob: string;
  /** JSON object. */
  extra: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_policies: PolicyRow;
  }
}

export async function policyFind(db: Db, id: string): Promise<PolicyDocument | undefined> {
  const row = await db.selectFrom("identity_policies").selectAll().where("id", "=", id).executeTakeFirst();
  return row && fromRow(row);
}

export async function policyList(
  db: Db,
  filter: { readonly type?: string | undefined },
): Promise<PolicyDocument[]> {
  let query = db.selectFrom("identity_policies").selectAll().orderBy("id");
  if (filter.type !== undefined) query = query.where("type", "=", filter.type);
  return (await query.execute()).map(fromRow);
}

export async function policyInsert(tx: Tx, policy: PolicyDocument): Promise<void> {
  await tx
    .insertInto("identity_policies")
    .values({ ...policy, extra: JSON.stringify(policy.extra) })
    .execute();
}

export async function policyUpdate(tx: Tx, { id, ...changed }: PolicyDocument): Promise<void> {
  await tx
    .updateTable("identity_policies")
    .set({ ...changed, extra: JSON.stringify(changed.extra) })
    .where("id", "=", id)
    .execute();
}

export async function policyDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_policies").where("id", "=", id).execute();
}

function fromRow(row: PolicyRow): PolicyDocument {
  return { ...row, extra: JSON.parse(row.extra) as Extra };
}
