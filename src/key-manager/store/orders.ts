import type { SecretId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import type { ContainerId } from "../domain/container.ts";
import type {
  Order,
  OrderError,
  OrderId,
  OrderMeta,
  OrderPassphrase,
  OrderStatus,
  OrderType,
} from "../domain/order.ts";
import type { Listed, Page } from "../domain/page.ts";

export interface OrderRow {
  readonly id: string;
  readonly project_id: string;
  readonly creator_id: string;
  readonly type: string;
  /** JSON. */
  readonly meta: string;
  readonly status: string;
  readonly secret_id: string | null;
  readonly container_id: string | null;
  readonly error_status_code: string | null;
  readonly error_reason: string | null;
  readonly passphrase_secret_id: string | null;
  readonly project_key_id: string | null;
  readonly sealed_passphrase: string | null;
  readonly claim: string | null;
  readonly claimed_until: number | null;
  readonly created_at: number;
  readonly updated_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    key_manager_orders: OrderRow;
  }
}

/** The project's own; another's is not found. */
export async function orderFind(db: Db, projectId: string, id: OrderId): Promise<Order | undefined> {
  const row = await db
    .selectFrom("key_manager_orders")
    .selectAll()
    .where("id", "=", id)
    .where("project_id", "=", projectId)
    .executeTakeFirst();
  return row && orderFromRow(row);
}

export async function orderList(db: Db, projectId: string, page: Page): Promise<Listed<Order>> {
  const rows = await db
    .selectFrom("key_manager_orders")
    .selectAll()
    .where("project_id", "=", projectId)
    .orderBy("created_at")
    .orderBy("id")
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  return { items: rows.map(orderFromRow), total: await orderCount(db, projectId) };
}

export async function orderCount(db: Db, projectId: string): Promise<number> {
  const { total } = await db
    .selectFrom("key_manager_orders")
    .select((select) => select.fn.countAll<number | string | bigint>().as("total"))
    .where("project_id", "=", projectId)
    .executeTakeFirstOrThrow();
  return Number(total);
}

export async function orderInsert(
  tx: Tx,
  order: Order,
  passphrase: OrderPassphrase | undefined,
): Promise<void> {
  await tx
    .insertInto("key_manager_orders")
    .values({
      id: order.id,
      project_id: order.projectId,
      creator_id: order.creatorId,
      type: order.type,
      meta: JSON.stringify(order.meta),
      status: order.status,
      secret_id: null,
      container_id: null,
      error_status_code: null,
      error_reason: null,
      passphrase_secret_id: passphrase?.secretId ?? null,
      project_key_id: passphrase?.payload.projectKeyId ?? null,
      sealed_passphrase: passphrase?.payload.sealed ?? null,
      claim: null,
      claimed_until: null,
      created_at: order.createdAt,
      updated_at: order.updatedAt,
    })
    .execute();
}

/** False when there was nothing to delete. What it made stays. */
export async function orderDelete(tx: Tx, id: OrderId): Promise<boolean> {
  const result = await tx.deleteFrom("key_manager_orders").where("id", "=", id).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export interface ClaimedOrder {
  readonly order: Order;
  readonly passphrase: OrderPassphrase | undefined;
}

/** The oldest order that waits and that nobody works on, from now on in the claimer's hands until `until`. */
export async function orderClaim(
  tx: Tx,
  { claim, now, until }: { readonly claim: string; readonly now: number; readonly until: number },
): Promise<ClaimedOrder | undefined> {
  const row = await tx
    .selectFrom("key_manager_orders")
    .selectAll()
    .where("status", "=", "PENDING")
    .where((where) => where.or([where("claimed_until", "is", null), where("claimed_until", "<=", now)]))
    .orderBy("created_at")
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  if (!row) return undefined;
  const claimed = { claim, claimed_until: until };
  await tx.updateTable("key_manager_orders").set(claimed).where("id", "=", row.id).execute();
  return { order: orderFromRow(row), passphrase: passphraseFromRow(row) };
}

/** Keeps the claim for longer. */
export async function orderClaimRenew(tx: Tx, id: OrderId, claim: string, until: number): Promise<void> {
  await tx
    .updateTable("key_manager_orders")
    .set({ claimed_until: until })
    .where("id", "=", id)
    .where("claim", "=", claim)
    .execute();
}

/** False when the order is no longer in the claimer's hands, or gone. */
export async function orderFinish(
  tx: Tx,
  id: OrderId,
  claim: string,
  end: {
    readonly status: Exclude<OrderStatus, "PENDING">;
    readonly secretId?: SecretId;
    readonly containerId?: ContainerId;
    readonly error?: OrderError;
    readonly now: number;
  },
): Promise<boolean> {
  const result = await tx
    .updateTable("key_manager_orders")
    .set({
      status: end.status,
      secret_id: end.secretId ?? null,
      container_id: end.containerId ?? null,
      error_status_code: end.error?.statusCode ?? null,
      error_reason: end.error?.reason ?? null,
      project_key_id: null,
      sealed_passphrase: null,
      claim: null,
      claimed_until: null,
      updated_at: end.now,
    })
    .where("id", "=", id)
    .where("claim", "=", claim)
    .where("status", "=", "PENDING")
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

function orderFromRow(row: OrderRow): Order {
  const { error_status_code: statusCode, error_reason: reason } = row;
  return {
    id: row.id as OrderId,
    projectId: row.project_id,
    creatorId: row.creator_id,
    type: row.type as OrderType,
    meta: JSON.parse(row.meta) as OrderMeta,
    status: row.status as OrderStatus,
    secretId: (row.secret_id as SecretId | null) ?? undefined,
    containerId: (row.container_id as ContainerId | null) ?? undefined,
    error: statusCode === null || reason === null ? undefined : { statusCode, reason },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function passphraseFromRow(row: OrderRow): OrderPassphrase | undefined {
  const { passphrase_secret_id: secretId, project_key_id: projectKeyId, sealed_passphrase: sealed } = row;
  if (secretId === null || projectKeyId === null || sealed === null) return undefined;
  return { secretId: secretId as SecretId, payload: { projectKeyId, sealed } };
}
