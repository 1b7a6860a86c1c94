import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP } from "node:net";
import type { Secret } from "#base/secret.ts";
import {
  AmbiguousAssertion,
  assertionAttributes,
  secretHeader,
  type FederationProxy,
} from "../domain/federation-proxy.ts";
import type { IdentityCtx } from "./context.ts";
import { forbidden, unauthenticated } from "./failures.ts";

export interface FederationOptions {
  /** Addresses, and networks with their prefix's length. */
  readonly trustedProxies: readonly string[];
  readonly proxySecret: Secret<string>;
  readonly assertionPrefix: string;
  readonly remoteIdAttribute: string | undefined;
}

export function federationProxyOf(options: FederationOptions): FederationProxy {
  const { trustedProxies, proxySecret, assertionPrefix, remoteIdAttribute } = options;
  const addresses = new BlockList();
  for (const proxy of trustedProxies) {
    const [address = "", length] = proxy.split("/");
    const family = isIP(address) === 4 ? "ipv4" : "ipv6";
    if (length === undefined) addresses.addAddress(address, family);
    else addresses.addSubnet(address, Number(length), family);
  }
  return { addresses, secretDigest: digest(proxySecret.expose()), assertionPrefix, remoteIdAttribute };
}

/** What the proxy says of whom it signed in. Throws `forbidden` when none is trusted here, `unauthenticated` when this is not one. */
export function assertionReceive(
  ctx: IdentityCtx,
  headers: IncomingHttpHeaders,
): ReadonlyMap<string, string> {
  const proxy = ctx.deps.federation;
  if (!proxy) {
    ctx.log.warn({}, "federated sign-in refused: set [federation] trusted_proxies and proxy_secret_file");
    throw forbidden("Federated sign-in is not set up: no proxy is trusted to say who was signed in.");
  }
  const { address, rawHeaders } = ctx.peer();
  if (!proxy.addresses.check(address, isIP(address) === 6 ? "ipv6" : "ipv4"))
    throw unauthenticated(ctx, `${address} is none of [federation] trusted_proxies`);
  const { [secretHeader]: given } = headers;
  if (typeof given !== "string" || !timingSafeEqual(digest(given), proxy.secretDigest))
    throw unauthenticated(ctx, "X-Federation-Secret is missing or wrong");
  try {
    return assertionAttributes(rawHeaders, proxy.assertionPrefix);
  } catch (error) {
    if (!(error instanceof AmbiguousAssertion)) throw error;
    throw unauthenticated(ctx, `several headers are ${error.message}`);
  }
}

/** Equally long whatever was sent, so that comparing says nothing. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
