import { CloudError } from "#base/errors.ts";
import type { Secret } from "#base/secret.ts";
import type { Tx } from "#db/index.ts";
import { newAuditId, newTokenText, tokenHash, type Token } from "../domain/token.ts";
import { tokenJudge } from "../domain/token-state.ts";
import {
  tokenDelete,
  tokenDeleteExpired,
  tokenInsert,
  tokenStateOf,
  type StoredToken,
} from "../store/tokens.ts";
import { tokenFind, tokenRead } from "./authenticate.ts";
import type { IdentityCtx } from "./context.ts";
import { unauthenticated } from "./failures.ts";
import type { ScopeRequest } from "./scope.ts";
import { signedInConfirm, signIn, type Credentials, type SignedIn } from "./sign-in.ts";
import { standingKey } from "./standing.ts";
import { tokenScopeResolve } from "./token-scope.ts";
import { trustConsume } from "./trust-use.ts";

/** Between two removals of expired tokens. */
const cleanupIntervalMs = 10 * 60 * 1000;

export interface IssuedToken {
  readonly text: Secret<string>;
  readonly token: Token;
}

/** Every refusal, of the user, the password or the scope, is Keystone's one 401. */
export async function tokenIssue(
  ctx: IdentityCtx,
  input: { readonly credentials: Credentials; readonly scope: ScopeRequest },
): Promise<IssuedToken> {
  const signedIn = await signIn(ctx, input.credentials);
  const { scope, delegation, expiresAt } = await tokenScopeResolve(ctx, signedIn, input.scope);
  const text = newTokenText();
  const now = ctx.clock.now();
  const row = {
    hash: tokenHash(text.expose()),
    userId: signedIn.user.id,
    scope,
    delegation,
    methods: signedIn.methods,
    auditIds: auditIds(signedIn),
    issuedAt: now,
    // A token got by a token lives no longer than that one did.
    expiresAt: Math.min(
      signedIn.parent?.expiresAt ?? now + ctx.deps.tokenLifetimeMs,
      expiresAt ?? Number.POSITIVE_INFINITY,
    ),
  };
  const token = await ctx.deps.database.transaction(async (tx) => {
    await signedInConfirm(tx, ctx, signedIn);
    if (delegation?.kind === "trust") await trustConsume(tx, ctx, delegation.id);
    const good = await requireGood(tx, ctx, row);
    await tokenInsert(tx, row);
    await removeExpired(tx, ctx);
    return good;
  });
  return { text, token };
}

/** The id of this token, then that of the first of its chain. */
function auditIds(signedIn: SignedIn): string[] {
  const first = signedIn.parent?.auditIds.at(-1);
  return first === undefined ? [newAuditId()] : [newAuditId(), first];
}

async function requireGood(tx: Tx, ctx: IdentityCtx, row: StoredToken): Promise<Token> {
  const standing = await ctx.deps.standings.within(tx, standingKey(row.userId, row.scope));
  const state = await tokenStateOf(tx, row, standing);
  const token = state && tokenJudge(state, ctx.clock.now());
  if (!token) throw unauthenticated(ctx, "no role on an enabled scope", row.userId);
  return token;
}

async function removeExpired(tx: Tx, ctx: IdentityCtx): Promise<void> {
  const now = ctx.clock.now();
  const { tokenCleanup, allowExpiredMs } = ctx.deps;
  if (now - tokenCleanup.lastAt < cleanupIntervalMs) return;
  await tokenDeleteExpired(tx, now - allowExpiredMs);
  tokenCleanup.lastAt = now;
}

type SubjectRule = "identity:validate_token" | "identity:check_token" | "identity:revoke_token";

/**
 * The token of `X-Subject-Token`, for those who may see it. `allowExpired`: also one that ended a while ago, for a service that
 * got another service's token along with it; what it shows is what its user may today.
 */
export async function tokenFetchSubject(
  ctx: IdentityCtx,
  text: string,
  { rule, allowExpired }: { readonly rule: SubjectRule; readonly allowExpired: boolean },
): Promise<Token> {
  const { database, allowExpiredMs } = ctx.deps;
  const token =
    (await tokenFind(ctx.deps, text)) ??
    (allowExpired
      ? await tokenRead(database.db, tokenHash(text), ctx.clock.now() - allowExpiredMs)
      : undefined);
  // The token itself is a secret, so unlike Keystone the message does not repeat it.
  if (!token)
    throw new CloudError("not-found", "Could not find token: the one in X-Subject-Token is not valid.");
  ctx.enforce(rule, { "target.token.user_id": token.user.id });
  return token;
}

export async function tokenRevoke(ctx: IdentityCtx, text: string): Promise<void> {
  await tokenFetchSubject(ctx, text, { rule: "identity:revoke_token", allowExpired: false });
  await ctx.deps.database.transaction((tx) => tokenDelete(tx, tokenHash(text)));
}
