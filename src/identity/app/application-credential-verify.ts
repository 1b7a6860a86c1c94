import type { Secret } from "#base/secret.ts";
import type { ApplicationCredential } from "../domain/application-credential.ts";
import { passwordMatches } from "../domain/password.ts";
import { applicationCredentialFind } from "../store/application-credentials.ts";
import type { IdentityCtx } from "./context.ts";
import { unauthenticated } from "./failures.ts";

/** The credential, when the secret is its own and it has not expired. Every refusal costs the same and says the same. */
export async function applicationCredentialVerify(
  ctx: IdentityCtx,
  by: { readonly id: string } | { readonly userId: string; readonly name: string } | undefined,
  secret: Secret<string>,
): Promise<ApplicationCredential> {
  const credential = by && (await applicationCredentialFind(ctx.deps.database.db, by));
  const matches = await passwordMatches(credential?.secretHash, secret, ctx.deps.passwordCost);
  const expired = (credential?.expiresAtUs ?? Infinity) <= ctx.clock.now() * 1_000;
  if (credential && matches && !expired) return credential;
  throw unauthenticated(
    ctx,
    "unknown or expired application credential, or wrong secret",
    credential?.userId,
  );
}
