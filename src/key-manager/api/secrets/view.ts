import { isoMicroseconds } from "#base/clock.ts";
import type { SecretId } from "#base/ids.ts";
import type { Secret } from "../../domain/secret.ts";

export function secretRef(baseUrl: string, id: SecretId): string {
  return `${baseUrl}/v1/secrets/${id}`;
}

/** A secret's metadata; `content_types` is there once the payload is. */
export function secretView(baseUrl: string, secret: Secret): object {
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
