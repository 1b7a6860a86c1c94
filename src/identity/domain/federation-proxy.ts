import type { BlockList } from "node:net";

/** Who is believed about whom it signed in, and which of its headers say so. */
export interface FederationProxy {
  readonly addresses: BlockList;
  /** SHA-256 of what it sends to prove itself. */
  readonly secretDigest: Buffer;
  readonly assertionPrefix: string;
  readonly remoteIdAttribute: string | undefined;
}

/** What a proxy proves itself by says nothing of anybody. */
export const secretHeader = "x-federation-secret";
const secretAttribute = "HTTP_X_FEDERATION_SECRET";

/** Several headers of a request would be one attribute, so nobody knows which is the proxy's. */
export class AmbiguousAssertion extends Error {}

/**
 * The attributes of an assertion, named as WSGI names headers, which Keystone's rules are written for: `OIDC-Email` is
 * `HTTP_OIDC_EMAIL`. Throws AmbiguousAssertion.
 */
export function assertionAttributes(
  rawHeaders: readonly string[],
  prefix: string,
): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [header = "", value = ""] = rawHeaders.slice(at, at + 2);
    const name = `HTTP_${header.toUpperCase().replaceAll("-", "_")}`;
    if (!name.startsWith(prefix) || name === secretAttribute) continue;
    if (attributes.has(name)) throw new AmbiguousAssertion(name);
    attributes.set(name, utf8Of(value));
  }
  return attributes;
}

/** Headers come as Latin-1; what identity providers put there is UTF-8, as a rule. */
function utf8Of(value: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
}
