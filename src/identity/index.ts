import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { Database, Migrations } from "#db/index.ts";
import { identityEnvelope, type Caller, type Service } from "#http/index.ts";
import { callerAuthenticate } from "./app/authenticate.ts";
import { bootstrap, type BootstrapInput } from "./app/bootstrap.ts";
import type { IdentityDeps } from "./app/context.ts";
import { identityPolicyRules } from "./policy-rules.ts";
import { identityRoutes } from "./routes.ts";
import { migration0001 } from "./store/migrations/0001-identity.ts";
import { migration0010 } from "./store/migrations/0010-identity-actors.ts";
import { migration0011 } from "./store/migrations/0011-identity-catalog.ts";
import { migration0012 } from "./store/migrations/0012-identity-endpoint-filter.ts";
import { migration0013 } from "./store/migrations/0013-identity-domain-config.ts";

export { identityPolicyRules } from "./policy-rules.ts";
export type { BootstrapInput } from "./app/bootstrap.ts";
export type { CatalogEndpoint, CatalogService } from "./domain/catalog.ts";

export const identityMigrations: Migrations = {
  "0001-identity": migration0001,
  "0010-identity-actors": migration0010,
  "0011-identity-catalog": migration0011,
  "0012-identity-endpoint-filter": migration0012,
  "0013-identity-domain-config": migration0013,
};

/** Keystone's own default (`[token] expiration`). */
const defaultTokenLifetimeSeconds = 3_600;

export interface Identity {
  readonly service: Service;
  /** Who sends this token; throws `unauthenticated` when it is not good. */
  readonly authenticate: (token: string) => Promise<Caller>;
  /** Makes what every cloud starts from; safe to repeat at each start. */
  readonly bootstrap: (input: BootstrapInput) => Promise<void>;
}

/** The identity service (Keystone v3). Its tables come from `identityMigrations`. */
export function createIdentity(options: {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where clients reach the cloud; endpoints may name it as `$(public_endpoint)s`. */
  readonly publicEndpoint: string;
  readonly tokenLifetimeSeconds?: number | undefined;
}): Identity {
  const { database, clock, publicEndpoint, log } = options;
  const deps: IdentityDeps = {
    database,
    clock,
    publicEndpoint,
    tokenLifetimeMs: (options.tokenLifetimeSeconds ?? defaultTokenLifetimeSeconds) * 1_000,
    tokenCleanup: { lastAt: 0 },
  };
  const service: Service<IdentityDeps> = {
    type: "identity",
    prefix: "/identity",
    envelope: identityEnvelope,
    routes: identityRoutes,
    policyRules: identityPolicyRules,
    deps,
  };
  return {
    service,
    authenticate: (token) => callerAuthenticate(deps, token),
    bootstrap: async (input) => {
      if (await bootstrap(deps, input)) log.info({}, "a new cloud: users admin and demo were made");
    },
  };
}
