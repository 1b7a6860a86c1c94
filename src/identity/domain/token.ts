import { hash, randomBytes } from "node:crypto";
import { Secret } from "#base/secret.ts";
import type { TokenDelegation } from "./delegation.ts";

/** What a token is good for. */
export type TokenScope =
  | { readonly kind: "unscoped" }
  | { readonly kind: "project"; readonly id: string }
  | { readonly kind: "domain"; readonly id: string }
  | { readonly kind: "system" };

export interface NamedRef {
  readonly id: string;
  readonly name: string;
}

/** A token that is good now, with everything that its answer shows. */
export interface Token {
  readonly user: NamedRef & { readonly domain: NamedRef };
  readonly project: (NamedRef & { readonly domain: NamedRef }) | undefined;
  readonly domain: NamedRef | undefined;
  readonly systemScope: boolean;
  readonly delegation?: TokenDelegation | undefined;
  readonly roles: readonly NamedRef[];
  readonly methods: readonly string[];
  readonly auditIds: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** A new opaque token: 256 random bits, URL-safe. The prefix lets scanners find leaked ones, and no token starts with `-`. */
export function newTokenText(): Secret<string> {
  return new Secret(`sst_${randomBytes(32).toString("base64url")}`);
}

/** The only form of a token that is ever stored. A fast hash suffices: its input is already random. */
export function tokenHash(text: string): string {
  return hash("sha256", text, "hex");
}

/** Keystone's audit id: 16 random bytes, URL-safe. */
export function newAuditId(): string {
  return randomBytes(16).toString("base64url");
}
