import { CloudError } from "#base/errors.ts";
import type { GrantedScope } from "../domain/granted-scope.ts";
import type { IdentityCtx } from "./context.ts";
import { forbiddenAction } from "./delegation.ts";
import { scopeResolve, type ScopeRequest } from "./scope.ts";
import type { SignedIn } from "./sign-in.ts";
import { trustScope } from "./trust-use.ts";

/** A sign-in by a delegation brings its own scope: none may be asked for. */
export async function tokenScopeResolve(
  ctx: IdentityCtx,
  signedIn: SignedIn,
  asked: ScopeRequest,
): Promise<GrantedScope> {
  const { granted } = signedIn;
  if (asked.kind === "trust") {
    if (granted) throw forbiddenAction("Using a delegated token to use a trust");
    return trustScope(ctx, signedIn.user.id, asked.trustId);
  }
  if (!granted) {
    const scope = await scopeResolve(ctx, signedIn.user, asked);
    return { scope, delegation: undefined, expiresAt: undefined };
  }
  // Keystone overlooks what an OAuth consumer asks for.
  if (asked.kind === "default" || granted.delegation?.kind === "oauth1") return granted;
  throw new CloudError(
    "unauthenticated",
    "Error authenticating with application credential: Application credentials cannot request a scope.",
  );
}
