import { readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import { Secret } from "#base/secret.ts";
import { ConfigError } from "./config-error.ts";
import type { Places, Values } from "./read.ts";

/** [federation], checked. */
export interface FederationConfig {
  /** Addresses, and networks with their prefix's length. */
  readonly trustedProxies: readonly string[];
  readonly proxySecret: Secret<string>;
  readonly assertionPrefix: string;
  readonly remoteIdAttribute: string | undefined;
}

/** What nobody guesses. */
const leastSecretLength = 32;

/** Undefined: no proxy is trusted. Throws ConfigError for proxies without a secret, and for a file that others may read. */
export function federationOf({ federation }: Values, places: Places): FederationConfig | undefined {
  const { trusted_proxies: proxies, proxy_secret_file: path } = federation;
  if (proxies === undefined) return undefined;
  const trustedProxies = proxies.split(",").map((one) => one.trim());
  const wrong = trustedProxies.find((one) => !isAddress(one));
  if (wrong !== undefined)
    throw wrongOption(
      places,
      "trusted_proxies",
      `"${wrong}"`,
      "a comma-separated list of addresses and networks",
    );
  if (path === undefined)
    throw wrongOption(
      places,
      "trusted_proxies",
      `"${proxies}" without [federation] proxy_secret_file`,
      "only both: an address alone can be borrowed by whoever is on that machine",
    );
  return {
    trustedProxies,
    proxySecret: secretOf(path, places),
    assertionPrefix: federation.assertion_prefix,
    remoteIdAttribute: federation.remote_id_attribute,
  };
}

function isAddress(text: string): boolean {
  const [address = "", length, ...more] = text.split("/");
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return length === undefined || (/^\d{1,3}$/u.test(length) && Number(length) <= (version === 4 ? 32 : 128));
}

function secretOf(path: string, places: Places): Secret<string> {
  const allowed = `a file with at least ${leastSecretLength} characters that its owner alone may read (chmod 600)`;
  const refused = (why: string): ConfigError =>
    wrongOption(places, "proxy_secret_file", `"${path}", which ${why}`, allowed);
  let secret: string;
  try {
    if ((statSync(path).mode & 0o077) !== 0) throw refused("others may read");
    secret = readFileSync(path, "utf8").trim();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw refused("cannot be read");
  }
  if (secret.length < leastSecretLength) throw refused(`has ${secret.length} characters`);
  return new Secret(secret);
}

function wrongOption(places: Places, option: string, found: string, allowed: string): ConfigError {
  return new ConfigError(
    places.get(`federation.${option}`) ?? "",
    `[federation] ${option}: found ${found}, allowed is ${allowed}`,
  );
}
