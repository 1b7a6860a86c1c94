import { prepared, type Db, type Tx } from "#db/index.ts";
import type { DelegationRef } from "../domain/delegation.ts";
import type { TokenScope } from "../domain/token.ts";
import type { Standing, TokenState } from "../domain/token-state.ts";
import { standingFind } from "./standings.ts";
import { delegatedState } from "./token-delegations.ts";

interface TokenRow {
  /** SHA-256 of the token, hexadecimal. */
  hash: string;
  user_id: string;
  scope_kind: TokenScope["kind"];
  scope_id: string | null;
  /** JSON array. */
  methods: string;
  /** JSON array. */
  audit_ids: string;
  issued_at: number;
  expires_at: number;
  delegation_kind: DelegationRef["kind"] | null;
  delegation_id: string | null;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_tokens: TokenRow;
  }
}

/** What a token's row says; what it is good for is another question. */
export interface StoredToken {
  readonly hash: string;
  readonly userId: string;
  readonly scope: TokenScope;
  readonly delegation?: DelegationRef | undefined;
  readonly methods: readonly string[];
  readonly auditIds: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export async function tokenInsert(tx: Tx, token: StoredToken): Promise<void> {
  const { scope } = token;
  await insert(tx, {
    hash: token.hash,
    user_id: token.userId,
    scope_kind: scope.kind,
    scope_id: "id" in scope ? scope.id : null,
    methods: JSON.stringify(token.methods),
    audit_ids: JSON.stringify(token.auditIds),
    issued_at: token.issuedAt,
    expires_at: token.expiresAt,
    delegation_kind: token.delegation?.kind ?? null,
    delegation_id: token.delegation?.id ?? null,
  });
}

const insert = prepared((tx: Tx, row: Pick<TokenRow, keyof TokenRow>) =>
  tx.insertInto("identity_tokens").values({
    hash: row.hash,
    user_id: row.user_id,
    scope_kind: row.scope_kind,
    scope_id: row.scope_id,
    methods: row.methods,
    audit_ids: row.audit_ids,
    issued_at: row.issued_at,
    expires_at: row.expires_at,
    delegation_kind: row.delegation_kind,
    delegation_id: row.delegation_id,
  }),
);

const rowsByHash = prepared((db: Db, { hash }: { hash: string }) =>
  db.selectFrom("identity_tokens").selectAll().where("hash", "=", hash),
);

/** Everything that decides whether the token is good, as the database has it now. */
export async function tokenStateFind(db: Db, hash: string): Promise<TokenState | undefined> {
  const [row] = await rowsByHash(db, { hash });
  if (!row) return undefined;
  const { scope_kind: kind, scope_id: id, delegation_kind: lentBy, delegation_id: lentId } = row;
  const token: StoredToken = {
    hash,
    userId: row.user_id,
    scope: kind === "project" || kind === "domain" ? { kind, id: id ?? "" } : { kind },
    delegation: lentBy === null || lentId === null ? undefined : { kind: lentBy, id: lentId },
    methods: JSON.parse(row.methods) as string[],
    auditIds: JSON.parse(row.audit_ids) as string[],
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
  };
  return tokenStateOf(db, token, await standingFind(db, token.userId, token.scope));
}

/** The same of a token whose row and whose user's standing are known. */
export async function tokenStateOf(
  db: Db,
  token: StoredToken,
  standing: Standing | undefined,
): Promise<TokenState | undefined> {
  if (!standing) return undefined;
  const { defaultProjectId: _, ...stands } = standing;
  const { methods, auditIds, issuedAt, expiresAt, delegation } = token;
  const state = { ...stands, scopeKind: token.scope.kind, methods, auditIds, issuedAt, expiresAt };
  return delegation ? delegatedState(db, state, delegation) : state;
}

export async function tokenDelete(tx: Tx, hash: string): Promise<void> {
  await tx.deleteFrom("identity_tokens").where("hash", "=", hash).execute();
}

export async function tokenDeleteOfUser(tx: Tx, userId: string): Promise<void> {
  await tx.deleteFrom("identity_tokens").where("user_id", "=", userId).execute();
}

/** Of a project or domain scope. */
export async function tokenDeleteOfScope(tx: Tx, scopeId: string): Promise<void> {
  await tx.deleteFrom("identity_tokens").where("scope_id", "=", scopeId).execute();
}

/** Of the domain's users, and of the scope of the domain and of its projects. */
export async function tokenDeleteOfDomain(tx: Tx, domainId: string): Promise<void> {
  await tx
    .deleteFrom("identity_tokens")
    .where((row) =>
      row.or([
        row("scope_id", "=", domainId),
        row("user_id", "in", row.selectFrom("identity_users").select("id").where("domain_id", "=", domainId)),
        row(
          "scope_id",
          "in",
          row.selectFrom("identity_projects").select("id").where("domain_id", "=", domainId),
        ),
      ]),
    )
    .execute();
}

export async function tokenDeleteExpired(tx: Tx, now: number): Promise<void> {
  await tx.deleteFrom("identity_tokens").where("expires_at", "<=", now).execute();
}
