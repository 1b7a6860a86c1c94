import { randomInt } from "node:crypto";
import type { Extra } from "./resources.ts";

/** An application that users may authorize. */
export interface Consumer {
  readonly id: string;
  readonly description: string | undefined;
  /** The secret, sealed: signatures are checked with it. */
  readonly secretBox: string;
  readonly extra: Extra;
}

/** What a consumer asks a user to authorize. */
export interface RequestToken {
  readonly id: string;
  readonly consumerId: string;
  readonly projectId: string;
  readonly secretBox: string;
  /** Undefined until it is authorized. */
  readonly authorizingUserId: string | undefined;
  /** Of the code by which the user told the consumer; SHA-256. */
  readonly verifierHash: string | undefined;
  readonly roleIds: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What a consumer was authorized to: these roles of this user in this project. */
export interface AccessToken {
  readonly id: string;
  readonly consumerId: string;
  readonly projectId: string;
  readonly secretBox: string;
  readonly authorizingUserId: string;
  readonly roleIds: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Keystone's `[oauth1] request_token_duration` and `access_token_duration`. */
export const requestTokenMs = 28_800_000;
export const accessTokenMs = 86_400_000;

const verifierCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Eight letters and digits, as people may have to type it. */
export function newVerifier(): string {
  const pick = (): string => verifierCharacters.charAt(randomInt(verifierCharacters.length));
  return Array.from({ length: 8 }, pick).join("");
}
