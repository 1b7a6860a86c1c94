import { CloudError } from "#base/errors.ts";
import { isUuid4, type SecretId } from "#base/ids.ts";
import type { ContentType } from "./content-type.ts";

/** Barbican's (API reference, "Secret Types"). */
export const secretTypes = ["symmetric", "passphrase", "private", "public", "certificate", "opaque"] as const;
export type SecretType = (typeof secretTypes)[number];

/** A payload as the database keeps it. */
export interface SealedPayload {
  readonly projectKeyId: string;
  readonly sealed: string;
}

/** Whose payload it is; bound into the ciphertext. */
export interface PayloadOwner {
  readonly secretId: SecretId;
  readonly projectId: string;
}

/** What a client says about a secret beside the payload. */
export interface SecretFacts {
  readonly name: string | undefined;
  readonly secretType: SecretType;
  readonly algorithm: string | undefined;
  readonly bitLength: number | undefined;
  readonly mode: string | undefined;
  /** From this millisecond on the secret is gone. */
  readonly expiresAt: number | undefined;
}

export interface Secret extends SecretFacts {
  readonly id: SecretId;
  readonly projectId: string;
  readonly creatorId: string;
  /** Both undefined until the second step of a two-step store. */
  readonly contentType: ContentType | undefined;
  readonly payload: SealedPayload | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export function secretIdParse(text: string): SecretId {
  if (!isUuid4(text)) throw new CloudError("not-found", "Not Found. Provided secret id is invalid.");
  return text as SecretId;
}

/** Barbican's refusal of an object that is not as its schema says (barbican.common.exception.InvalidObject). */
export function invalidObject(schema: string, reason: string, property: string): CloudError {
  return new CloudError(
    "invalid",
    `Provided object does not match schema '${schema}': ${reason}. Invalid property: '${property}'`,
  );
}
