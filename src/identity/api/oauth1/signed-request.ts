import type { IncomingHttpHeaders } from "node:http";
import type { IdentityCtx } from "../../app/context.ts";
import { oauthHeaderParse, type SignedRequest } from "../../domain/oauth1-signature.ts";
import { selfLink } from "../links.ts";

interface Received {
  /** After `/v3/`. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly query: Readonly<Record<string, unknown>>;
}

/** What a POST to that path is, as its consumer signed it; undefined when it did not. */
export function signedRequestOf(
  ctx: IdentityCtx,
  { path, headers, query }: Received,
): SignedRequest | undefined {
  const parameters = oauthHeaderParse(headers.authorization);
  return parameters && { method: "POST", url: selfLink(ctx, path).self, query, parameters };
}
