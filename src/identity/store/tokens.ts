import type { Db, Tx } from "#db/index.ts";
import type { DelegationRef } from "../domain/delegation.ts";
import type { NamedRef, TokenScope } from "../domain/token.ts";
import type { TokenState } from "../domain/token-state.ts";
import { roleListEffective } from "./assignments.ts";
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

export interface NewToken {
  readonly hash: string;
  readonly userId: string;
  readonly scope: TokenScope;
  readonly delegation?: DelegationRef | undefined;
  readonly methods: readonly string[];
  readonly auditIds: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export async function tokenInsert(tx: Tx, token: NewToken): Promise<void> {
  const { scope } = token;
  await tx
    .insertInto("identity_tokens")
    .values({
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
    })
    .execute();
}

/** Everything that decides whether the token is good, as the database has it now. */
export async function tokenStateFind(db: Db, hash: string): Promise<TokenState | undefined> {
  const row = await tokenQuery(db, hash).executeTakeFirst();
  if (!row) return undefined;
  const kind = row.scope_kind;
  const project = optionalRef(row.project_id, row.project_name, row.project_enabled);
  const scopeDomain = optionalRef(row.scope_domain_id, row.scope_domain_name, row.scope_domain_enabled);
  const state: TokenState = {
    scopeKind: kind,
    user: { id: row.user_id, name: row.user_name, enabled: row.user_enabled !== 0 },
    userDomain: {
      id: row.user_domain_id,
      name: row.user_domain_name,
      enabled: row.user_domain_enabled !== 0,
    },
    project,
    scopeDomain,
    roles: await rolesOf(db, row.user_id, kind, row.scope_id ?? ""),
    methods: JSON.parse(row.methods) as string[],
    auditIds: JSON.parse(row.audit_ids) as string[],
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
  };
  if (row.delegation_kind === null || row.delegation_id === null) return state;
  return delegatedState(db, state, { kind: row.delegation_kind, id: row.delegation_id });
}

function tokenQuery(db: Db, hash: string) {
  return db
    .selectFrom("identity_tokens as token")
    .innerJoin("identity_users as user", "user.id", "token.user_id")
    .innerJoin("identity_domains as user_domain", "user_domain.id", "user.domain_id")
    .leftJoin("identity_projects as project", (join) =>
      join.onRef("project.id", "=", "token.scope_id").on("token.scope_kind", "=", "project"),
    )
    .leftJoin("identity_domains as scope_domain", (join) =>
      join.onRef("scope_domain.id", "=", (value) => value.fn.coalesce("project.domain_id", "token.scope_id")),
    )
    .select(["token.user_id", "token.scope_kind", "token.scope_id", "token.methods", "token.audit_ids"])
    .select(["token.delegation_kind", "token.delegation_id"])
    .select(["token.issued_at", "token.expires_at", "user.name as user_name", "user.enabled as user_enabled"])
    .select(["user_domain.id as user_domain_id", "user_domain.name as user_domain_name"])
    .select(["user_domain.enabled as user_domain_enabled", "project.id as project_id"])
    .select(["project.name as project_name", "project.enabled as project_enabled"])
    .select(["scope_domain.id as scope_domain_id", "scope_domain.name as scope_domain_name"])
    .select("scope_domain.enabled as scope_domain_enabled")
    .where("token.hash", "=", hash);
}

function rolesOf(db: Db, userId: string, kind: TokenScope["kind"], id: string): Promise<NamedRef[]> {
  if (kind === "unscoped") return Promise.resolve([]);
  return roleListEffective(db, userId, kind === "system" ? { kind } : { kind, id });
}

function optionalRef(
  id: string | null,
  name: string | null,
  enabled: number | null,
): (NamedRef & { enabled: boolean }) | undefined {
  return id === null || name === null ? undefined : { id, name, enabled: enabled !== 0 };
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
