import type { Clock } from "#base/clock.ts";
import { CloudError, errorText, isCloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import type { Logger } from "#base/logger.ts";
import type { Database } from "#db/index.ts";
import type { PayloadVault } from "../crypto/payload-vault.ts";
import type { OrderError } from "../domain/order.ts";
import { orderClaim, orderClaimRenew, orderFinish, type ClaimedOrder } from "../store/orders.ts";
import { createBackground, type Background } from "./background.ts";
import { orderFill } from "./order-fill.ts";

export interface OrderWorkOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly vault: PayloadVault;
}

const claimForMs = 60_000;
const renewEveryMs = 20_000;

/**
 * Carries out orders, one at a time, in the background. An order's row is its whole state: who works on it holds a
 * claim that must be renewed, so that after a kill another process, or the next start, begins it anew.
 */
export function createOrderWork(options: OrderWorkOptions): Background {
  return createBackground("orders", options.log, () => orderWorkOne(options));
}

/** False when no order waits. */
async function orderWorkOne({ database, clock, log, vault }: OrderWorkOptions): Promise<boolean> {
  const claim = newUuid();
  const until = (): number => clock.now() + claimForMs;
  const claimed = await database.transaction((tx) =>
    orderClaim(tx, { claim, now: clock.now(), until: until() }),
  );
  if (!claimed) return false;
  const { order } = claimed;
  const renewal = setInterval(() => {
    database
      .transaction((tx) => orderClaimRenew(tx, order.id, claim, until()))
      .catch((error: unknown) =>
        log.warn({ error: errorText(error), orderId: order.id }, "claim not renewed"),
      );
  }, renewEveryMs);
  try {
    await carryOut({ database, clock, log, vault }, claimed, claim);
  } finally {
    clearInterval(renewal);
  }
  return true;
}

async function carryOut(
  { database, clock, log, vault }: OrderWorkOptions,
  claimed: ClaimedOrder,
  claim: string,
): Promise<void> {
  const { id: orderId, projectId, creatorId: userId } = claimed.order;
  try {
    const secretIds = await vault.underCurrentKey(projectId, async () => {
      const filled = await orderFill(vault, claimed, clock.now());
      await database.transaction(async (tx) => {
        await filled.insert(tx);
        const end = { ...filled, status: "ACTIVE", now: clock.now() } as const;
        if (!(await orderFinish(tx, orderId, claim, end))) throw claimLost(orderId);
      });
      return filled.secretIds;
    });
    for (const secretId of secretIds)
      log.info(
        { event: "secret", action: "created", secretId, userId, projectId, orderId },
        "secret created",
      );
  } catch (cause) {
    const error = orderErrorOf(cause);
    log.warn({ orderId, projectId, error: errorText(cause) }, "an order could not be carried out");
    await database.transaction((tx) =>
      orderFinish(tx, orderId, claim, { status: "ERROR", error, now: clock.now() }),
    );
  }
}

/** In Barbican's words; what is no fault of the order says nothing of itself. */
function orderErrorOf(cause: unknown): OrderError {
  if (isCloudError(cause, "invalid")) return { statusCode: "400", reason: cause.message };
  return {
    statusCode: "500",
    reason: "Process TypeOrder failure seen - please contact site administrator.",
  };
}

function claimLost(orderId: string): CloudError {
  return new CloudError("conflict", `Order ${orderId} was deleted, or another process works on it.`);
}
