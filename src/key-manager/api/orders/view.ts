import { isoMicroseconds } from "#base/clock.ts";
import type { Order, OrderId } from "../../domain/order.ts";
import { containerRef } from "../containers/view.ts";
import { secretRef } from "../secrets/view.ts";

export function orderRef(baseUrl: string, id: OrderId): string {
  return `${baseUrl}/v1/orders/${id}`;
}

export function orderView(baseUrl: string, order: Order): object {
  const { secretId, containerId, error } = order;
  return {
    created: isoMicroseconds(order.createdAt),
    updated: isoMicroseconds(order.updatedAt),
    status: order.status,
    type: order.type,
    meta: order.meta,
    ...(error ? { error_status_code: error.statusCode, error_reason: error.reason } : {}),
    ...(order.status === "PENDING" ? {} : { sub_status: "Unknown", sub_status_message: "Unknown" }),
    creator_id: order.creatorId,
    ...(secretId === undefined ? {} : { secret_ref: secretRef(baseUrl, secretId) }),
    ...(containerId === undefined ? {} : { container_ref: containerRef(baseUrl, containerId) }),
    order_ref: orderRef(baseUrl, order.id),
  };
}
