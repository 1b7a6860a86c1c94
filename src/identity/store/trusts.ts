import type { Db, Tx } from "#db/index.ts";
import type { Trust } from "../domain/trust.ts";

interface TrustRow {
  id: string;
  trustor_user_id: string;
  trustee_user_id: string;
  project_id: string | null;
  impersonation: number;
  /** Microseconds since the epoch. */
  expires_at_us: number | null;
  remaining_uses: number | null;
  redelegated_trust_id: string | null;
  redelegation_count: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_trusts: TrustRow;
    identity_trust_roles: { trust_id: string; role_id: string };
  }
}

export async function trustFind(db: Db, id: string): Promise<Trust | undefined> {
  const row = await db.selectFrom("identity_trusts").selectAll().where("id", "=", id).executeTakeFirst();
  return row && fromRow(db, row);
}

/** This trust, the one that it passes on, and so on to the first. */
export async function trustChain(db: Db, id: string): Promise<Trust[]> {
  const chain: Trust[] = [];
  for (let next: string | undefined = id; next !== undefined; next = chain.at(-1)?.redelegatedTrustId) {
    const trust: Trust | undefined = await trustFind(db, next);
    if (!trust) return chain;
    chain.push(trust);
  }
  return chain;
}

export async function trustList(
  db: Db,
  filter: { readonly trustorUserId?: string | undefined; readonly trusteeUserId?: string | undefined },
): Promise<Trust[]> {
  let query = db.selectFrom("identity_trusts").selectAll().orderBy("id");
  if (filter.trustorUserId !== undefined) query = query.where("trustor_user_id", "=", filter.trustorUserId);
  if (filter.trusteeUserId !== undefined) query = query.where("trustee_user_id", "=", filter.trusteeUserId);
  const rows = await query.execute();
  return Promise.all(rows.map((row) => fromRow(db, row)));
}

export async function trustInsert(tx: Tx, trust: Trust): Promise<void> {
  await tx
    .insertInto("identity_trusts")
    .values({
      id: trust.id,
      trustor_user_id: trust.trustorUserId,
      trustee_user_id: trust.trusteeUserId,
      project_id: trust.projectId ?? null,
      impersonation: Number(trust.impersonation),
      expires_at_us: trust.expiresAtUs ?? null,
      remaining_uses: trust.remainingUses ?? null,
      redelegated_trust_id: trust.redelegatedTrustId ?? null,
      redelegation_count: trust.redelegationCount,
    })
    .execute();
  if (trust.roleIds.length === 0) return;
  await tx
    .insertInto("identity_trust_roles")
    .values(trust.roleIds.map((role_id) => ({ trust_id: trust.id, role_id })))
    .execute();
}

export async function trustRemainingUsesSet(tx: Tx, id: string, remainingUses: number): Promise<void> {
  await tx
    .updateTable("identity_trusts")
    .set({ remaining_uses: remainingUses })
    .where("id", "=", id)
    .execute();
}

/** With those that pass it on. */
export async function trustDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_trusts").where("id", "=", id).execute();
}

async function fromRow(db: Db, row: TrustRow): Promise<Trust> {
  const roles = await db
    .selectFrom("identity_trust_roles")
    .select("role_id")
    .where("trust_id", "=", row.id)
    .orderBy("role_id")
    .execute();
  return {
    id: row.id,
    trustorUserId: row.trustor_user_id,
    trusteeUserId: row.trustee_user_id,
    projectId: row.project_id ?? undefined,
    impersonation: row.impersonation !== 0,
    roleIds: roles.map(({ role_id }) => role_id),
    expiresAtUs: row.expires_at_us ?? undefined,
    remainingUses: row.remaining_uses ?? undefined,
    redelegatedTrustId: row.redelegated_trust_id ?? undefined,
    redelegationCount: row.redelegation_count,
  };
}
