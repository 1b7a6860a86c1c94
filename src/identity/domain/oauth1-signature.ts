import { createHmac, timingSafeEqual } from "node:crypto";

/** A request as RFC 5849 signs it. */
export interface SignedRequest {
  readonly method: string;
  /** With scheme and host, without a query. */
  readonly url: string;
  readonly query: Readonly<Record<string, unknown>>;
  /** Of the Authorization header, decoded; `realm` is none of them. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** The parameters of `Authorization: OAuth …` (RFC 5849, 3.5.1); undefined when there is no such header. */
export function oauthHeaderParse(header: string | undefined): Map<string, string> | undefined {
  const listed = /^OAuth\s+(.*)$/is.exec(header ?? "")?.[1];
  if (listed === undefined) return undefined;
  const found = new Map<string, string>();
  for (const [, name = "", value = ""] of listed.matchAll(/([^\s,=]+)\s*=\s*"([^"]*)"/g)) {
    if (name.toLowerCase() !== "realm") found.set(decoded(name), decoded(value));
  }
  return found;
}

/** Whether it was signed with these two secrets (HMAC-SHA1, RFC 5849, 3.4.2). */
export function signatureMatches(
  request: SignedRequest,
  secrets: { readonly consumer: string; readonly token: string },
): boolean {
  const key = `${encoded(secrets.consumer)}&${encoded(secrets.token)}`;
  const expected = createHmac("sha1", key).update(signatureBase(request)).digest();
  const given = Buffer.from(request.parameters.get("oauth_signature") ?? "", "base64");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** RFC 5849, 3.4.1. */
export function signatureBase({ method, url, query, parameters }: SignedRequest): string {
  const pairs = [...parameters].filter(([name]) => name !== "oauth_signature");
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) pairs.push([name, String(one)]);
  }
  const normalized = pairs
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map((pair) => pair.join("="))
    .join("&");
  // As a URL it has a lower-case host, and no port that is the scheme's own.
  const { origin, pathname } = new URL(url);
  return [method.toUpperCase(), origin + pathname, normalized].map(encoded).join("&");
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

/** RFC 5849, 3.6: everything but letters, digits, `-`, `.`, `_` and `~`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Then it is no encoding, and no signature fits it.
    return text;
  }
}
