import { sleep } from "#base/clock.ts";
import { newUuid, type SecretId } from "#base/ids.ts";
import {
  orderNotFound,
  type Order,
  type OrderId,
  type OrderMeta,
  type OrderPassphrase,
  type OrderType,
} from "../domain/order.ts";
import type { Listed, Page } from "../domain/page.ts";
import {
  orderCount,
  orderDelete as orderDeleteRow,
  orderFind,
  orderInsert,
  orderList as orderListRows,
} from "../store/orders.ts";
import type { KeyManagerCtx } from "./deps.ts";
import { quotaRequire } from "./quota.ts";
import { projectRequire } from "./secret-access.ts";

export interface OrderCreateInput {
  readonly type: OrderType;
  readonly meta: OrderMeta;
  /** Of the new private key; the caller wipes it. */
  readonly passphrase: Buffer | undefined;
}

/**
 * Most orders are carried out in less: who looks at once finds what was ordered, as with a Barbican that has no queue.
 */
const orderWaitMs = 1_000;

/** The order waits; whether it can be carried out shows afterwards, in its status. */
export async function orderCreate(ctx: KeyManagerCtx, input: OrderCreateInput): Promise<OrderId> {
  const projectId = projectRequire(ctx, "orders:post");
  const now = ctx.clock.now();
  const order: Order = {
    id: newUuid<OrderId>(),
    projectId,
    creatorId: ctx.caller.userId,
    type: input.type,
    meta: input.meta,
    status: "PENDING",
    secretId: undefined,
    containerId: undefined,
    error: undefined,
    createdAt: now,
    updatedAt: now,
  };
  await ctx.deps.vault.underCurrentKey(projectId, async () => {
    const passphrase = await passphraseSeal(ctx, projectId, input.passphrase);
    await ctx.deps.database.transaction(async (tx) => {
      await quotaRequire(tx, projectId, {
        resource: "orders",
        operation: "Order creation",
        count: orderCount,
      });
      await orderInsert(tx, order, passphrase);
    });
  });
  ctx.deps.orders.nudge();
  await carriedOut(ctx);
  return order.id;
}

async function carriedOut({ deps }: KeyManagerCtx): Promise<void> {
  const done = new AbortController();
  const limit = sleep(orderWaitMs, done.signal).catch(() => undefined);
  await Promise.race([deps.orders.idle(), limit]);
  done.abort();
}

export async function orderFetch(ctx: KeyManagerCtx, id: OrderId): Promise<Order> {
  return orderAccess(ctx, id, "order:get");
}

export async function orderList(ctx: KeyManagerCtx, page: Page): Promise<Listed<Order>> {
  return orderListRows(ctx.deps.database.db, projectRequire(ctx, "orders:get"), page);
}

export async function orderDelete(ctx: KeyManagerCtx, id: OrderId): Promise<void> {
  await orderAccess(ctx, id, "order:delete");
  if (!(await ctx.deps.database.transaction((tx) => orderDeleteRow(tx, id)))) throw orderNotFound();
}

async function orderAccess(ctx: KeyManagerCtx, id: OrderId, rule: string): Promise<Order> {
  const order = await orderFind(ctx.deps.database.db, projectRequire(ctx, rule), id);
  if (!order) throw orderNotFound();
  ctx.enforce(rule, {
    "target.order.project_id": order.projectId,
    "target.order.creator_id": order.creatorId,
  });
  return order;
}

async function passphraseSeal(
  ctx: KeyManagerCtx,
  projectId: string,
  passphrase: Buffer | undefined,
): Promise<OrderPassphrase | undefined> {
  if (!passphrase) return undefined;
  const secretId = newUuid<SecretId>();
  return { secretId, payload: await ctx.deps.vault.seal({ secretId, projectId }, passphrase) };
}
