import type { SignedRequest } from "../domain/oauth1-signature.ts";
import type { AccessToken } from "../domain/oauth1.ts";
import { accessTokenFind } from "../store/oauth1-tokens.ts";
import type { IdentityCtx } from "./context.ts";
import { unauthenticated } from "./failures.ts";
import { oauthParameter, signatureRequire, tokenSecret } from "./oauth1-request.ts";

/** The access token with whose secret the request was signed. */
export async function accessTokenVerify(ctx: IdentityCtx, request: SignedRequest): Promise<AccessToken> {
  const token = await accessTokenFind(ctx.deps.database.db, oauthParameter(request, "oauth_token"));
  if (!token || token.expiresAt <= ctx.clock.now())
    throw unauthenticated(ctx, "no such OAuth access token, or it is expired");
  const { consumerId } = token;
  await signatureRequire(ctx, request, { consumerId, secret: await tokenSecret(ctx, token) });
  return token;
}
