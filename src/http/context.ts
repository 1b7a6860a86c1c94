import type { Clock } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import { Secret } from "#base/secret.ts";
import type { PolicyTarget } from "#policy/index.ts";

/** A request that an application credential may make: to a service of this type, with this method, to paths like this one. */
export interface AccessRule {
  readonly service: string;
  readonly method: string;
  /** `*` and `{name}` stand for one part of a path, `**` for any number. */
  readonly path: string;
}

/** What a token was got with, when it was not its user's own sign-in. */
export interface Delegation {
  readonly kind: "application_credential" | "trust" | "oauth1";
  /** Of the application credential, the trust, or the OAuth access token. */
  readonly id: string;
  /** Whether an application credential may manage others of its kind. */
  readonly unrestricted: boolean;
  /** Undefined: every request. */
  readonly accessRules: readonly AccessRule[] | undefined;
}

/** Whoever sent the request, as the identity service knows them from the token. */
export interface Caller {
  readonly userId: string;
  readonly userName: string;
  readonly userDomainId: string;
  readonly projectId: string | undefined;
  readonly projectName: string | undefined;
  readonly projectDomainId: string | undefined;
  readonly domainId: string | undefined;
  readonly systemScope: boolean;
  readonly roles: readonly string[];
  readonly delegation?: Delegation | undefined;
  /** Groups that a federated token adds to the user's own. */
  readonly groupIds?: readonly string[] | undefined;
  /** For calls to other clouds' services with the caller's own credentials. */
  readonly token: Secret<string>;
}

/** On routes that need no token. */
export const anonymous: Caller = {
  userId: "",
  userName: "",
  userDomainId: "",
  projectId: undefined,
  projectName: undefined,
  projectDomainId: undefined,
  domainId: undefined,
  systemScope: false,
  roles: [],
  token: new Secret(""),
};

export interface Microversion {
  readonly major: number;
  readonly minor: number;
}

interface Peer {
  readonly address: string;
  /** Names and values by turns, as they came: one that was sent twice is there twice. */
  readonly rawHeaders: readonly string[];
}

/** What every app function gets first. `deps` are the service's own: its database, configuration, peers. */
export interface Ctx<Deps = unknown> {
  readonly deps: Deps;
  readonly requestId: string;
  readonly caller: Caller;
  /** The negotiated one; 0.0 in a service without microversions. */
  readonly microversion: Microversion;
  /** True when the rule lets the caller act on the target (default: the caller's own project and user). */
  allows(rule: string, target?: PolicyTarget): boolean;
  /** As `allows`, but throws `forbidden` in the service's own words. */
  enforce(rule: string, target?: PolicyTarget): void;
  readonly log: Logger;
  readonly clock: Clock;
  /** Aborted when the client goes away. */
  signal(): AbortSignal;
  /** Whoever is at the other end of the connection: a proxy, where there is one. */
  peer(): Peer;
  /** Where links start: `http://127.0.0.1:8700/compute`. */
  readonly baseUrl: string;
  /** The path in it: `/compute`; empty where the service has a port of its own. */
  readonly prefix: string;
}

/** `2.37` → {2, 37}; undefined when the text is no microversion. */
export function parseMicroversion(text: string): Microversion | undefined {
  const match = /^(\d+)\.(\d+)$/.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}

const written = new Map<string, Microversion>();

/** Of a text that stands in our code, parsed once. */
export function microversionOf(text: string): Microversion {
  const known = written.get(text);
  if (known) return known;
  const version = parseMicroversion(text);
  if (!version)
    throw new CloudError("bug", "An internal error occurred.", { detail: `microversion ${text}` });
  written.set(text, version);
  return version;
}

export function compareMicroversions(left: Microversion, right: Microversion): number {
  return left.major - right.major || left.minor - right.minor;
}

/** Whether the request's microversion is `version` ("2.37") or newer. */
export function atLeast(ctx: { readonly microversion: Microversion }, version: string): boolean {
  return compareMicroversions(ctx.microversion, microversionOf(version)) >= 0;
}
