import { createHmac } from "node:crypto";
import { signatureBase } from "#identity/domain/oauth1-signature.ts";

export interface Key {
  readonly id: string;
  readonly secret: string;
}

/** A request token with what its user was told. */
export interface AuthorizedKey extends Key {
  readonly verifier: string;
}

/** Of a POST there by that consumer, for that token. */
export function oauthHeaders(
  path: string,
  [consumer, token]: readonly [Key, AuthorizedKey?],
): { readonly authorization: string } {
  const parameters = new Map(
    Object.entries({
      oauth_consumer_key: consumer.id,
      ...(token === undefined ? {} : { oauth_token: token.id, oauth_verifier: token.verifier }),
      oauth_signature_method: "HMAC-SHA1",
      oauth_timestamp: String(Math.floor(Date.now() / 1_000)),
      oauth_nonce: "walked",
    }),
  );
  const base = signatureBase({ method: "POST", url: `http://localhost${path}`, query: {}, parameters });
  const key = `${consumer.secret}&${token?.secret ?? ""}`;
  parameters.set("oauth_signature", createHmac("sha1", key).update(base).digest("base64"));
  const listed = [...parameters].map(([name, value]) => `${name}="${encodeURIComponent(value)}"`);
  return { authorization: `OAuth ${listed.join(", ")}` };
}
