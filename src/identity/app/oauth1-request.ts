import { CloudError } from "#base/errors.ts";
import { signatureMatches, type SignedRequest } from "../domain/oauth1-signature.ts";
import type { AccessToken } from "../domain/oauth1.ts";
import { sealedContext } from "../domain/sealed-context.ts";
import { consumerFind } from "../store/oauth1-consumers.ts";
import type { IdentityCtx } from "./context.ts";
import { textOpen } from "./text-box.ts";
import { unauthenticated } from "./failures.ts";
import { consumerSecret } from "./oauth1-consumer.ts";

/** Seconds that a client's clock may be wrong, as oauthlib has it. */
const timestampTolerance = 600;

/** A parameter that the Authorization header must have. */
export function oauthParameter({ parameters }: Pick<SignedRequest, "parameters">, name: string): string {
  const value = parameters.get(name);
  if (value !== undefined && value !== "") return value;
  throw new CloudError(
    "invalid",
    `Expecting to find ${name} in request. The server could not comply with the request since it is either ` +
      "malformed or otherwise incorrect. The client is assumed to be in error.",
  );
}

/** Throws `unauthenticated` unless it was signed lately by that consumer, and with the token's secret if there is one. */
export async function signatureRequire(
  ctx: IdentityCtx,
  request: SignedRequest,
  token: { readonly consumerId: string; readonly secret: string },
): Promise<void> {
  const method = request.parameters.get("oauth_signature_method");
  if (method !== "HMAC-SHA1")
    throw new CloudError("invalid", `oauth_signature_method must be HMAC-SHA1, not ${method ?? "absent"}.`);
  const age = Math.abs(ctx.clock.now() / 1_000 - Number(oauthParameter(request, "oauth_timestamp")));
  if (!(age <= timestampTolerance))
    throw new CloudError(
      "invalid",
      `oauth_timestamp must be in seconds and within ${timestampTolerance} of now.`,
    );
  const consumer = await consumerFind(ctx.deps.database.db, token.consumerId);
  const secret = consumer && (await consumerSecret(ctx, consumer));
  const same = oauthParameter(request, "oauth_consumer_key") === token.consumerId;
  if (same && secret !== undefined && signatureMatches(request, { consumer: secret, token: token.secret }))
    return;
  throw unauthenticated(ctx, "the OAuth signature does not fit the request");
}

/** The secret that a consumer signs with beside its own. */
export async function tokenSecret(
  ctx: IdentityCtx,
  { id, secretBox }: Pick<AccessToken, "id" | "secretBox">,
): Promise<string> {
  return textOpen(ctx.deps.box, secretBox, sealedContext.oauth1Token(id));
}
