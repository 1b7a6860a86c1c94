import { text } from "../option.ts";

/** [federation]: the two last are Keystone's. Without trusted proxies nobody signs in by an identity provider. */
export const federationSection = {
  /** Addresses and networks, comma-separated, from which a reverse proxy says who was signed in: 10.0.0.5, 10.1.0.0/24 */
  trusted_proxies: text(undefined),
  /** A file that its owner alone may read, with what the proxy sends as X-Federation-Secret. */
  proxy_secret_file: text(undefined),
  /** How those headers start, as WSGI names them, that are the assertion: HTTP_OIDC_ is every `OIDC-…`. */
  assertion_prefix: text("HTTP_OIDC_"),
  /** What of the assertion names the identity provider, for protocols that say nothing else. */
  remote_id_attribute: text(undefined),
};
