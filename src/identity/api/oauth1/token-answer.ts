import { isoMicroseconds } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import { Reply } from "#http/index.ts";
import type { NewOauth1Token } from "../../app/oauth1-token.ts";
import type { SignedRequest } from "../../domain/oauth1-signature.ts";

export function requireSigned(request: SignedRequest | undefined): SignedRequest {
  if (request) return request;
  throw new CloudError("invalid", "The header Authorization with the OAuth parameters is missing.");
}

/** RFC 5849, 2.1: the answer to a consumer is a form. */
export function tokenAnswer({ id, secret, expiresAt }: NewOauth1Token): Reply {
  const form = [
    `oauth_token=${id}`,
    `oauth_token_secret=${secret.expose()}`,
    `oauth_expires_at=${isoMicroseconds(expiresAt)}Z`,
  ];
  const type = { "content-type": "application/x-www-form-urlencoded" };
  return new Reply(201, Buffer.from(form.join("&")), type);
}
