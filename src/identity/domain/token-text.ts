import { createHmac, timingSafeEqual, type KeyObject } from "node:crypto";
import { Secret } from "#base/secret.ts";
import type { DelegationRef } from "./delegation.ts";
import type { TokenClaims, TokenScope } from "./token.ts";

export interface TokenKey {
  /** Without a dot. */
  readonly id: string;
  readonly key: KeyObject;
  /** New tokens are signed with it until then; milliseconds since the epoch. */
  readonly signsUntil: number;
  /** No token that it signed lives longer. */
  readonly expiresAt: number;
}

/** Let scanners find what leaked; neither starts with `-`. One is never taken for the other: the prefix is signed, too. */
const prefixes = { token: "sst_", receipt: "ssr_" } as const;

type Kind = keyof typeof prefixes;

/** `sst_<key's id>.<claims, JSON in base64url>.<HMAC-SHA256 of all before it>`: like a JWS (RFC 7515), which Keystone has, too. */
export function tokenTextSign(
  { id, key }: TokenKey,
  claims: TokenClaims,
  kind: Kind = "token",
): Secret<string> {
  const signed = `${prefixes[kind]}${id}.${Buffer.from(JSON.stringify(listOf(claims))).toString("base64url")}`;
  return new Secret(`${signed}.${signatureOf(key, signed)}`);
}

/** Undefined for what is no such text, or was signed with another key. */
export function tokenTextOpen(
  keys: readonly TokenKey[],
  text: string,
  kind: Kind = "token",
): TokenClaims | undefined {
  const prefix = prefixes[kind];
  const [start = "", body = "", signature = "", ...more] = text.split(".");
  if (!start.startsWith(prefix) || more.length > 0) return undefined;
  const key = keys.find(({ id }) => id === start.slice(prefix.length));
  if (!key) return undefined;
  const expected = Buffer.from(signatureOf(key.key, `${start}.${body}`));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return claimsOf(JSON.parse(Buffer.from(body, "base64url").toString()) as ClaimsList);
}

function signatureOf(key: KeyObject, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url");
}

/** Without names: the text goes with every request. */
type ClaimsList = readonly [
  userId: string,
  scopeKind: TokenScope["kind"],
  scopeId: string,
  delegation: readonly [kind: DelegationRef["kind"], id: string] | null,
  methods: readonly string[],
  auditIds: readonly string[],
  issuedAt: number,
  expiresAt: number,
  stamp: string,
  federation?: readonly [providerId: string, protocolId: string, groupIds: readonly string[]],
];

function listOf({ userId, scope, delegation, federation, ...rest }: TokenClaims): ClaimsList {
  const scopeId = "id" in scope ? scope.id : "";
  const lent = delegation ? ([delegation.kind, delegation.id] as const) : null;
  const { methods, auditIds, issuedAt, expiresAt, stamp } = rest;
  const own = [userId, scope.kind, scopeId, lent, methods, auditIds, issuedAt, expiresAt, stamp] as const;
  return federation ? [...own, [federation.providerId, federation.protocolId, federation.groupIds]] : own;
}

function claimsOf(list: ClaimsList): TokenClaims {
  const [userId, kind, id, lent, methods, auditIds, issuedAt, expiresAt, stamp, vouched] = list;
  return {
    userId,
    scope: kind === "project" || kind === "domain" ? { kind, id } : { kind },
    delegation: lent ? { kind: lent[0], id: lent[1] } : undefined,
    methods,
    auditIds,
    issuedAt,
    expiresAt,
    stamp,
    federation: vouched && { providerId: vouched[0], protocolId: vouched[1], groupIds: vouched[2] },
  };
}
