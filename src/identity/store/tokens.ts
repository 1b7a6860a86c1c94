import { prepared, type Db, type Tx } from "#db/index.ts";
import { newTokenStamp, type TokenClaims } from "../domain/token.ts";
import type { Standing, TokenState } from "../domain/token-state.ts";
import { standingFind } from "./standings.ts";
import { delegatedState } from "./token-delegations.ts";
import { federatedState } from "./token-federation.ts";

interface RevocationRow {
  /** The token's own, the first of its two. */
  audit_id: string;
  /** The token's: later nothing needs to be known of it. */
  expires_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_token_revocations: RevocationRow;
  }
}

const revocations = prepared((db: Db, { auditId }: { auditId: string }) =>
  db.selectFrom("identity_token_revocations").select("audit_id").where("audit_id", "=", auditId),
);

/** Everything that decides whether the token is good, as the database has it now; undefined: it was ended. */
export async function tokenStateFind(db: Db, claims: TokenClaims): Promise<TokenState | undefined> {
  const [auditId = ""] = claims.auditIds;
  if ((await revocations(db, { auditId })).length > 0) return undefined;
  const standing = await standingFind(db, claims.userId, claims.scope);
  return standing?.stamp === claims.stamp ? tokenStateOf(db, claims, standing) : undefined;
}

/** The same of a token that was not ended, and whose user's standing is known. */
export async function tokenStateOf(
  db: Db,
  claims: TokenClaims,
  standing: Standing,
): Promise<TokenState | undefined> {
  const { user, userDomain, project, scopeDomain, roles, serviceProviders } = standing;
  const { scope, methods, auditIds, issuedAt, expiresAt, delegation, federation } = claims;
  const stands = { user, userDomain, project, scopeDomain, roles, serviceProviders };
  const state = { ...stands, scopeKind: scope.kind, methods, auditIds, issuedAt, expiresAt };
  if (federation) return federatedState(db, state, { federation, scope });
  return delegation ? delegatedState(db, state, delegation) : state;
}

/** Ends this one; `token.auditIds` as the token has them. */
export async function tokenRevocationInsert(
  tx: Tx,
  token: Pick<TokenClaims, "auditIds" | "expiresAt">,
): Promise<void> {
  const [auditId = ""] = token.auditIds;
  await tx
    .insertInto("identity_token_revocations")
    .values({ audit_id: auditId, expires_at: token.expiresAt })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function tokenRevocationDeleteExpired(tx: Tx, now: number): Promise<void> {
  await tx.deleteFrom("identity_token_revocations").where("expires_at", "<=", now).execute();
}

/** Ends all that the user has. */
export async function tokenEndOfUser(tx: Tx, id: string): Promise<void> {
  await tx.updateTable("identity_users").set({ token_stamp: newTokenStamp() }).where("id", "=", id).execute();
}

/** Ends all that are for the project. */
export async function tokenEndOfProject(tx: Tx, id: string): Promise<void> {
  await tx
    .updateTable("identity_projects")
    .set({ token_stamp: newTokenStamp() })
    .where("id", "=", id)
    .execute();
}

/** Ends all of its users, and all that are for it or one of its projects. */
export async function tokenEndOfDomain(tx: Tx, id: string): Promise<void> {
  await tx
    .updateTable("identity_domains")
    .set({ token_stamp: newTokenStamp() })
    .where("id", "=", id)
    .execute();
}
