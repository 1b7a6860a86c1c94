import { hash, randomBytes } from "node:crypto";
import { randomBytesPublic } from "#base/ids.ts";
import type { DelegationRef, TokenDelegation } from "./delegation.ts";
import type { Federation, ServiceProviderRef } from "./federation.ts";

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
  /** Of a user whom an identity provider vouched for. */
  readonly federation?: Federation | undefined;
  readonly serviceProviders: readonly ServiceProviderRef[];
  readonly methods: readonly string[];
  readonly auditIds: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** What a token says of itself, signed; what it is good for now is another question. */
export interface TokenClaims {
  readonly userId: string;
  readonly scope: TokenScope;
  readonly delegation?: DelegationRef | undefined;
  readonly methods: readonly string[];
  /** Its own, then that of the first of its chain. */
  readonly auditIds: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** `Standing.stamp` when it was issued: another one there has ended it. */
  readonly stamp: string;
  /** Never with a delegation: what was lent is the lender's alone. */
  readonly federation?: Federation | undefined;
}

/** What all tokens of a user, for a project, or of a domain have in common until they are ended together. */
export function newTokenStamp(): string {
  return randomBytes(8).toString("base64url");
}

/** The only form of a token that is kept. A fast hash suffices: its input cannot be guessed. */
export function tokenHash(text: string): string {
  return hash("sha256", text, "hex");
}

/** As long as Keystone's, a UUID's bytes, URL-safe. */
export function newAuditId(): string {
  return randomBytesPublic(16).toString("base64url");
}
