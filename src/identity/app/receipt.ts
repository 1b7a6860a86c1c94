import type { Secret } from "#base/secret.ts";
import { multiFactorSatisfied } from "../domain/multi-factor.ts";
import type { NamedRef } from "../domain/token.ts";
import type { IdentityCtx } from "./context.ts";
import { unauthenticated } from "./failures.ts";
import { standingOf } from "./standing.ts";
import { receiptOpen, receiptSign } from "./token-keys.ts";

/** Keystone's `[receipt] expiration`. */
const lifetimeMs = 300_000;

/** That some of the methods were right which the user's rules want: with it the others are enough. */
export interface Receipt {
  readonly text: Secret<string>;
  readonly methods: readonly string[];
  readonly user: NamedRef & { readonly domain: NamedRef };
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** The rules that one of the methods is of. */
  readonly required: readonly (readonly string[])[];
}

/** The methods of an earlier sign-in of this user; throws `unauthenticated` when the receipt is not theirs, or no longer good. */
export async function receiptMethods(
  ctx: IdentityCtx,
  userId: string,
  text: Secret<string>,
): Promise<readonly string[]> {
  const claims = await receiptOpen(ctx.deps, text.expose());
  const standing = await standingOf(ctx.deps, userId, { kind: "unscoped" });
  if (claims?.userId !== userId || claims.stamp !== standing?.stamp || claims.expiresAt <= ctx.clock.now())
    throw unauthenticated(ctx, "the receipt is not valid", userId);
  return claims.methods;
}

/** A receipt when the user's rules want more than these methods. */
export async function receiptWhenNeeded(
  ctx: IdentityCtx,
  userId: string,
  methods: readonly string[],
): Promise<Receipt | undefined> {
  const scope = { kind: "unscoped" } as const;
  const standing = await standingOf(ctx.deps, userId, scope);
  if (!standing || multiFactorSatisfied(standing.multiFactorRules, methods)) return undefined;
  const issuedAt = ctx.clock.now();
  const expiresAt = issuedAt + lifetimeMs;
  const claims = { userId, scope, methods, auditIds: [], issuedAt, expiresAt, stamp: standing.stamp };
  const { id, name } = standing.user;
  const domain = { id: standing.userDomain.id, name: standing.userDomain.name };
  ctx.log.info({ subjectUserId: userId, methods }, "authentication needs more methods");
  return {
    text: await receiptSign(ctx.deps, claims),
    methods,
    user: { id, name, domain },
    issuedAt,
    expiresAt,
    required: standing.multiFactorRules.filter((rule) => rule.some((method) => methods.includes(method))),
  };
}
