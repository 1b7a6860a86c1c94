import { randomBytes } from "node:crypto";
import { Secret } from "#base/secret.ts";
import type { AccessRule } from "./delegation.ts";

/** Lets an application act for a user in one project, with some of the user's roles there. */
export interface ApplicationCredential {
  readonly id: string;
  readonly userId: string;
  readonly projectId: string;
  readonly name: string;
  readonly description: string | undefined;
  /** PHC string. */
  readonly secretHash: string;
  /** Whether its tokens may manage other credentials of its kind. */
  readonly unrestricted: boolean;
  /** Microseconds since the epoch; undefined: never. */
  readonly expiresAtUs: number | undefined;
  readonly roleIds: readonly string[];
  /** Undefined: every request. */
  readonly accessRules: readonly AccessRule[] | undefined;
}

/** 512 random bits, URL-safe, as Keystone makes them. */
export function newApplicationCredentialSecret(): Secret<string> {
  return new Secret(randomBytes(64).toString("base64url"));
}
