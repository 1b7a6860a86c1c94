import { createHash } from "node:crypto";
import { CloudError } from "#base/errors.ts";

/** A secret of a user that Keystone keeps for other programs: a pair of EC2 keys, a TOTP seed, a certificate. */
export interface Credential {
  readonly id: string;
  readonly userId: string;
  readonly projectId: string | undefined;
  readonly type: string;
  /** The secret, sealed. */
  readonly blobBox: string;
}

export const ec2Type = "ec2";

/** An EC2 credential is found by what its owner tells of it. */
export function ec2CredentialId(access: string): string {
  return createHash("sha256").update(access).digest("hex");
}

/** What an EC2 credential holds; with what delegation it was made, so that it is worth no more. */
export interface Ec2Blob {
  readonly access: string;
  readonly secret?: string | undefined;
  readonly trust_id?: string | null | undefined;
  readonly app_cred_id?: string | undefined;
  readonly access_token_id?: string | undefined;
}

export const ec2Delegations = ["trust_id", "app_cred_id", "access_token_id"] as const;

/** Throws `invalid` when it is not JSON with an `access`; the text itself is a secret, so the message is without it. */
export function ec2BlobParse(text: string): Ec2Blob {
  const value = parsed(text);
  if (typeof value === "object" && value !== null && "access" in value && typeof value.access === "string")
    return value as Ec2Blob;
  throw new CloudError(
    "invalid",
    "Expecting to find access in credential: the blob of an EC2 one is JSON with it.",
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Its message would quote the secret.
    throw new CloudError("invalid", "Invalid blob in credential");
  }
}
