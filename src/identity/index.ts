import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { SecretBox } from "#key-manager/index.ts";
import type { Database, Migrations } from "#db/index.ts";
import { identityEnvelope, type Caller, type Service } from "#http/index.ts";
import { callerAuthenticate, tokensKept } from "./app/authenticate.ts";
import { bootstrap, cloudIsNew, type BootstrapInput } from "./app/bootstrap.ts";
import { catalogsKept, catalogUrl, type CatalogPlace } from "./app/catalog.ts";
import type { IdentityDeps } from "./app/context.ts";
import { federationProxyOf, type FederationOptions } from "./app/federation-proxy.ts";
import { serviceAccountFetch, type ServiceAccount } from "./app/service-account.ts";
import { standingsKept } from "./app/standing.ts";
import { tokenKeysKept } from "./app/token-keys.ts";
import { recommendedPasswordCost, type PasswordCost } from "./domain/password.ts";
import { identityPolicyRules } from "./policy-rules.ts";
import { identityRoutes } from "./routes.ts";
import { identityScopeTypes } from "./scope-types.ts";
import { migration0001 } from "./store/migrations/0001-identity.ts";
import { migration0010 } from "./store/migrations/0010-identity-actors.ts";
import { migration0011 } from "./store/migrations/0011-identity-catalog.ts";
import { migration0012 } from "./store/migrations/0012-identity-endpoint-filter.ts";
import { migration0015 } from "./store/migrations/0015-identity-application-credentials.ts";
import { migration0016 } from "./store/migrations/0016-identity-oauth1.ts";
import { migration0017 } from "./store/migrations/0017-identity-trusts.ts";
import { migration0018 } from "./store/migrations/0018-identity-credentials.ts";
import { migration0052 } from "./store/migrations/0052-identity-catalog-seed-urls.ts";
import { migration0019 } from "./store/migrations/0019-identity-configuration.ts";
import { migration0076 } from "./store/migrations/0076-identity-options.ts";
import { migration0077 } from "./store/migrations/0077-identity-federation.ts";
import { migration0081 } from "./store/migrations/0081-identity-signed-tokens.ts";

import { projectFind } from "./store/projects.ts";

export { identitySealedValues } from "./store/sealed-values.ts";
export { identityPolicyRules } from "./policy-rules.ts";
export { identityScopeTypes } from "./scope-types.ts";
export type { FederationOptions } from "./app/federation-proxy.ts";
export type { BootstrapInput } from "./app/bootstrap.ts";
export type { PasswordCost } from "./domain/password.ts";
export type { CatalogEndpoint, CatalogService } from "./domain/catalog.ts";

export const identityMigrations: Migrations = {
  "0001-identity": migration0001,
  "0010-identity-actors": migration0010,
  "0011-identity-catalog": migration0011,
  "0012-identity-endpoint-filter": migration0012,
  "0015-identity-application-credentials": migration0015,
  "0016-identity-oauth1": migration0016,
  "0017-identity-trusts": migration0017,
  "0018-identity-credentials": migration0018,
  "0019-identity-configuration": migration0019,
  "0052-identity-catalog-seed-urls": migration0052,
  "0076-identity-options": migration0076,
  "0077-identity-federation": migration0077,
  "0081-identity-signed-tokens": migration0081,
};

/** Keystone's own default (`[token] expiration`). */
const defaultTokenLifetimeSeconds = 3_600;

export interface Identity {
  readonly service: Service;
  /** Who sends this token; throws `unauthenticated` when it is not good. */
  readonly authenticate: (token: string) => Caller | Promise<Caller>;
  /** Who the compute service is when it acts for itself; after `bootstrap`. */
  readonly serviceAccount: () => Promise<ServiceAccount>;
  /** Whether `bootstrap` has never run on this database. */
  readonly isNew: () => Promise<boolean>;
  /** Makes what every cloud starts from; safe to repeat at each start. True when the cloud is new. */
  readonly bootstrap: (input: BootstrapInput) => Promise<boolean>;
  readonly projectExists: (id: string) => Promise<boolean>;
  /** An address of the catalogue that is the same for every project; undefined when there is none. */
  readonly endpointUrl: (place: CatalogPlace) => Promise<string | undefined>;
}

/** The identity service (Keystone v3). Its tables come from `identityMigrations`. */
export function createIdentity(options: {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly box: SecretBox;
  /** Where clients reach the cloud; endpoints may name it as `$(public_endpoint)s`. */
  readonly publicEndpoint: string;
  readonly tokenLifetimeSeconds?: number | undefined;
  /** Of passwords and secrets that are hashed from now on; absent: what OWASP recommends. */
  readonly passwordCost?: PasswordCost | undefined;
  /**
   * For how long after its end whoever validates a token with `allow_expired` still finds it: Keystone's `[token]
   * allow_expired_window`. 0: not at all, and it is removed.
   */
  readonly allowExpiredSeconds?: number | undefined;
  /** Absent: nobody signs in by an identity provider. */
  readonly federation?: FederationOptions | undefined;
}): Identity {
  const { database, clock, publicEndpoint, log, box } = options;
  const tokenKeys = tokenKeysKept(database, box);
  const deps: IdentityDeps = {
    database,
    clock,
    tokenKeys,
    tokens: tokensKept(database, { tokenKeys, clock }),
    standings: standingsKept(database),
    catalogs: catalogsKept(database, publicEndpoint),
    box,
    federation: options.federation && federationProxyOf(options.federation),
    publicEndpoint,
    passwordCost: options.passwordCost ?? recommendedPasswordCost,
    tokenLifetimeMs: (options.tokenLifetimeSeconds ?? defaultTokenLifetimeSeconds) * 1_000,
    allowExpiredMs: (options.allowExpiredSeconds ?? 0) * 1_000,
  };
  const service: Service<IdentityDeps> = {
    type: "identity",
    prefix: "/identity",
    envelope: identityEnvelope,
    vary: "X-Auth-Token",
    routes: identityRoutes,
    policyRules: identityPolicyRules,
    scopeTypes: identityScopeTypes,
    deps,
  };
  return {
    service,
    serviceAccount: () => serviceAccountFetch(deps),
    authenticate: (token) => callerAuthenticate(deps, token),
    projectExists: async (id) => (await projectFind(database.db, id)) !== undefined,
    endpointUrl: (place) => catalogUrl(deps, place),
    isNew: () => cloudIsNew(deps.database.db),
    bootstrap: async (input) => {
      const isNew = await bootstrap(deps, input);
      if (isNew) log.info({}, "a new cloud: users admin and demo were made");
      return isNew;
    },
  };
}
