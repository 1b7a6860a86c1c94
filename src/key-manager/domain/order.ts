import { CloudError } from "#base/errors.ts";
import { isUuid, type Branded, type SecretId } from "#base/ids.ts";
import type { ContainerId } from "./container.ts";
import type { SealedPayload } from "./secret.ts";

export type OrderId = Branded<"OrderId">;

/** `key`: a symmetric key; `asymmetric`: a key pair, which comes in a container. */
export const orderTypes = ["key", "asymmetric"] as const;
export type OrderType = (typeof orderTypes)[number];

export type OrderStatus = "PENDING" | "ACTIVE" | "ERROR";

/** What is ordered, as the answers show it. A passphrase is no part of it. */
export interface OrderMeta {
  readonly name: string | null;
  readonly algorithm: string;
  readonly bit_length: number;
  readonly mode?: string | undefined;
  /** As it was given. */
  readonly payload_content_type?: string | undefined;
  /** UTC, to the microsecond, without a zone. */
  readonly expiration: string | null;
}

/** The passphrase that the new private key is encrypted with: a secret to be, sealed as that. */
export interface OrderPassphrase {
  readonly secretId: SecretId;
  readonly payload: SealedPayload;
}

export interface Order {
  readonly id: OrderId;
  readonly projectId: string;
  readonly creatorId: string;
  readonly type: OrderType;
  readonly meta: OrderMeta;
  readonly status: OrderStatus;
  /** Of the key, once there is one. */
  readonly secretId: SecretId | undefined;
  /** Of the key pair, once there is one. */
  readonly containerId: ContainerId | undefined;
  readonly error: OrderError | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface OrderError {
  readonly statusCode: string;
  readonly reason: string;
}

export function orderIdParse(text: string): OrderId {
  if (!isUuid(text)) throw orderNotFound();
  return text.toLowerCase() as OrderId;
}

export function orderNotFound(): CloudError {
  return new CloudError("not-found", "Order not found.");
}
