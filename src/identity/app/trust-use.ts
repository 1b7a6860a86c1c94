import type { GrantedScope } from "../domain/granted-scope.ts";
import { trustLive } from "../domain/trust.ts";
import { trustFind, trustRemainingUsesSet } from "../store/trusts.ts";
import type { IdentityCtx } from "./context.ts";
import { forbidden, unauthenticated } from "./failures.ts";

/** What the trust gives to its trustee; nobody else may use it. */
export async function trustScope(ctx: IdentityCtx, userId: string, trustId: string): Promise<GrantedScope> {
  const trust = await trustFind(ctx.deps.database.db, trustId);
  if (!trust || !trustLive(trust, ctx.clock.now()))
    throw unauthenticated(ctx, "no such trust, or it is expired or used up", userId);
  if (trust.trusteeUserId !== userId) throw forbidden("User is not a trustee.");
  const { projectId, expiresAtUs } = trust;
  return {
    scope: projectId === undefined ? { kind: "unscoped" } : { kind: "project", id: projectId },
    delegation: { kind: "trust", id: trustId },
    expiresAt: expiresAtUs === undefined ? undefined : Math.floor(expiresAtUs / 1_000),
  };
}

/** Takes one use, for a token that is about to be given. */
export async function trustConsume(ctx: IdentityCtx, trustId: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    const trust = await trustFind(tx, trustId);
    if (!trust || !trustLive(trust, ctx.clock.now())) throw unauthenticated(ctx, "the trust ended meanwhile");
    if (trust.remainingUses !== undefined) await trustRemainingUsesSet(tx, trustId, trust.remainingUses - 1);
  });
}
