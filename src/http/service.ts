import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { Policy, PolicyRules, PolicyTarget } from "#policy/index.ts";
import type { Caller } from "./context.ts";
import type { ErrorEnvelope } from "./envelopes.ts";
import type { Route } from "./operation.ts";

/** What a token is for; one without scope counts as one for a project. */
export type ScopeType = "system" | "domain" | "project";

export interface MicroversionRange {
  readonly min: string;
  readonly max: string;
  /** Used when the request names none. */
  readonly default: string;
  /** Nova's own, older request header. */
  readonly legacyHeader?: string;
  /** Also for paths and methods that are not there: the version is read before the path (microversion_parse's middleware). */
  readonly beforeRouting?: true;
}

/** One OpenStack service: what its `index.ts` gives to the HTTP server. */
// oxlint-disable-next-line typescript/no-explicit-any -- the server holds services of different dependencies
export interface Service<Deps = any> {
  /** OpenStack's service type: `compute`. */
  readonly type: string;
  /** Path on the one port: `/compute`. Route paths follow it. */
  readonly prefix: string;
  readonly envelope: ErrorEnvelope;
  readonly microversions?: MicroversionRange;
  /** An older name of X-OpenStack-Request-Id, which clients of the service still read. */
  readonly requestIdHeader?: string;
  /** Of every answer: the request header that it depends on. */
  readonly vary?: string;
  /** `/things/` is not `/things`, as in Glance and Nova; elsewhere a slash at the end says nothing. */
  readonly strictSlashes?: boolean;
  /** Its paths may name the caller's project behind the version, as those of older clients do. */
  readonly projectPaths?: true;
  /** Bodies must say that they are JSON, and nothing is shown to whoever accepts no JSON, as in Placement. */
  readonly strictMedia?: true;
  /** oslo.policy's `scope_types` of a rule: other tokens do not pass it, whatever their roles. Absent: it is every token's. */
  readonly scopeTypes?: (rule: string) => readonly ScopeType[];
  readonly routes: readonly Route<Deps>[];
  readonly policyRules: PolicyRules;
  /** What is true of every target of its rules. */
  readonly policyTarget?: PolicyTarget;
  readonly deps: Deps;
}

export interface HttpServerOptions {
  readonly services: readonly Service[];
  /** The operator's; absent: the services' default rules. Must know all their `policyRules`. */
  readonly policy?: Policy | undefined;
  /** Throws `unauthenticated` for a token that is unknown, expired or revoked. */
  readonly authenticate: (token: string) => Caller | Promise<Caller>;
  readonly log: Logger;
  readonly clock: Clock;
}

/** The service that a URL belongs to; the services sorted by prefix, the longest first. */
export function serviceAt(byPrefix: readonly Service[], url: string): Service | undefined {
  return byPrefix.find(({ prefix }) => url === prefix || url.startsWith(`${prefix}/`));
}
