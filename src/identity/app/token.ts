import { CloudError } from "#base/errors.ts";
import type { Secret } from "#base/secret.ts";
import { newAuditId, type Token } from "../domain/token.ts";
import { tokenJudge } from "../domain/token-state.ts";
import { tokenRevocationDeleteExpired, tokenRevocationInsert, tokenStateOf } from "../store/tokens.ts";
import { tokenFind, tokenRead } from "./authenticate.ts";
import type { IdentityCtx } from "./context.ts";
import { unauthenticated } from "./failures.ts";
import { receiptMethods, receiptWhenNeeded, type Receipt } from "./receipt.ts";
import type { ScopeRequest } from "./scope.ts";
import { signedInConfirm, type SignedIn } from "./sign-in.ts";
import { standingOf } from "./standing.ts";
import { tokenOpen, tokenSign } from "./token-keys.ts";
import { tokenScopeResolve } from "./token-scope.ts";
import { trustConsume } from "./trust-use.ts";

/** More than control planes' clocks differ: a revocation that goes too early would make its token good again. */
const clocksDifferMs = 3_600_000;

export interface IssuedToken {
  readonly text: Secret<string>;
  readonly token: Token;
}

export interface TokenRequest {
  readonly scope: ScopeRequest;
  /** Of a sign-in whose methods were not all that the user's rules want. */
  readonly receipt?: Secret<string> | undefined;
}

/**
 * For whoever proved who they are (`signIn`). Every refusal is Keystone's one 401. Only a trust's use is written down. A receipt
 * when the user's rules want more methods than were used.
 */
export async function tokenIssue(
  ctx: IdentityCtx,
  first: SignedIn,
  input: TokenRequest,
): Promise<IssuedToken | Receipt> {
  const userId = first.user.id;
  const earlier = input.receipt && (await receiptMethods(ctx, userId, input.receipt));
  const methods = earlier ? [...new Set([...first.methods, ...earlier])] : first.methods;
  return (await receiptWhenNeeded(ctx, userId, methods)) ?? tokenFor(ctx, { ...first, methods }, input);
}

async function tokenFor(ctx: IdentityCtx, signedIn: SignedIn, input: TokenRequest): Promise<IssuedToken> {
  const { scope, delegation, expiresAt } = await tokenScopeResolve(ctx, signedIn, input.scope);
  const userId = signedIn.user.id;
  const standing = await standingOf(ctx.deps, userId, scope);
  // After the standing was read: what ends the proof changes the stamp, and so ends the token.
  await signedInConfirm(ctx, signedIn);
  if (!standing) throw noStanding(ctx, userId);
  const now = ctx.clock.now();
  const claims = {
    userId,
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
    stamp: standing.stamp,
    federation: delegation ? undefined : signedIn.federation,
  };
  const state = await tokenStateOf(ctx.deps.database.db, claims, standing);
  const token = state && tokenJudge(state, now);
  if (!token) throw noStanding(ctx, userId);
  if (delegation?.kind === "trust") await trustConsume(ctx, delegation.id);
  return { text: await tokenSign(ctx.deps, claims), token };
}

function noStanding(ctx: IdentityCtx, userId: string): CloudError {
  return unauthenticated(ctx, "no role on an enabled scope", userId);
}

/** The id of this token, then that of the first of its chain. */
function auditIds(signedIn: SignedIn): string[] {
  const first = signedIn.parent?.auditIds.at(-1);
  return first === undefined ? [newAuditId()] : [newAuditId(), first];
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
  const token =
    (await tokenFind(ctx.deps, text)) ?? (allowExpired ? await expiredFind(ctx, text) : undefined);
  // The token itself is a secret, so unlike Keystone the message does not repeat it.
  if (!token)
    throw new CloudError("not-found", "Could not find token: the one in X-Subject-Token is not valid.");
  ctx.enforce(rule, { "target.token.user_id": token.user.id });
  return token;
}

async function expiredFind(ctx: IdentityCtx, text: string): Promise<Token | undefined> {
  const { database, allowExpiredMs } = ctx.deps;
  const claims = await tokenOpen(ctx.deps, text);
  return claims && tokenRead(database.db, claims, ctx.clock.now() - allowExpiredMs);
}

export async function tokenRevoke(ctx: IdentityCtx, text: string): Promise<void> {
  const token = await tokenFetchSubject(ctx, text, { rule: "identity:revoke_token", allowExpired: false });
  const { database, allowExpiredMs } = ctx.deps;
  await database.transaction(async (tx) => {
    await tokenRevocationDeleteExpired(tx, ctx.clock.now() - clocksDifferMs - allowExpiredMs);
    await tokenRevocationInsert(tx, token);
  });
}
