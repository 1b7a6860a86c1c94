import { isoMicroseconds } from "#base/clock.ts";
import type { SecretId } from "#base/ids.ts";
import { atLeast } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretsWithConsumers, type SecretInUse } from "../../app/secret-consumer.ts";
import type { Secret } from "../../domain/secret.ts";
import { secretConsumerFactsView } from "../secret-consumers/view.ts";

export function secretRef(baseUrl: string, id: SecretId): string {
  return `${baseUrl}/v1/secrets/${id}`;
}

/** The secrets' metadata, with their consumers from microversion 1.1 on. */
export async function secretViews(ctx: KeyManagerCtx, secrets: readonly Secret[]): Promise<object[]> {
  if (!atLeast(ctx, "1.1")) return secrets.map((secret) => secretView(ctx.baseUrl, secret));
  const inUse = await secretsWithConsumers(ctx, secrets);
  return inUse.map((each) => secretInUseView(ctx.baseUrl, each));
}

export function secretInUseView(baseUrl: string, { secret, consumers }: SecretInUse): object {
  return { ...secretView(baseUrl, secret), consumers: consumers.map(secretConsumerFactsView) };
}

/** A secret's metadata; `content_types` is there once the payload is. */
function secretView(baseUrl: string, secret: Secret): object {
  return {
    created: isoMicroseconds(secret.createdAt),
    updated: isoMicroseconds(secret.updatedAt),
    status: "ACTIVE",
    name: secret.name ?? null,
    secret_type: secret.secretType,
    expiration: secret.expiresAt === undefined ? null : isoMicroseconds(secret.expiresAt),
    algorithm: secret.algorithm ?? null,
    bit_length: secret.bitLength ?? null,
    mode: secret.mode ?? null,
    creator_id: secret.creatorId,
    ...(secret.contentType === undefined ? {} : { content_types: { default: secret.contentType } }),
    secret_ref: secretRef(baseUrl, secret.id),
  };
}
