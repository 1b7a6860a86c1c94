import type { Clock } from "#base/clock.ts";
import type { SecretBox } from "#key-manager/index.ts";
import type { Database, Kept } from "#db/index.ts";
import type { Ctx } from "#http/index.ts";
import type { CatalogOwner, CatalogService } from "../domain/catalog.ts";
import type { PasswordCost } from "../domain/password.ts";
import type { TokenKey } from "../domain/token-text.ts";
import type { FederationProxy } from "../domain/federation-proxy.ts";
import type { Token } from "../domain/token.ts";
import type { Standing, StandingQuestion } from "../domain/token-state.ts";

export interface IdentityDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly tokenKeys: Kept<readonly TokenKey[]>;
  /** By the token's hash; whoever asks gives its text. */
  readonly tokens: Kept<Token, string>;
  readonly standings: Kept<Standing, StandingQuestion>;
  readonly catalogs: Kept<readonly CatalogService[], CatalogOwner>;
  /** For what must be read again: credentials, keys that are shared with others. */
  readonly box: SecretBox;
  /** Undefined: no proxy is believed, so nobody signs in by an identity provider. */
  readonly federation: FederationProxy | undefined;
  /** What `$(public_endpoint)s` stands for in an endpoint's address: `http://127.0.0.1:8700`. */
  readonly publicEndpoint: string;
  readonly passwordCost: PasswordCost;
  readonly tokenLifetimeMs: number;
  /** For how long after its end a token can be validated by those who accept that. */
  readonly allowExpiredMs: number;
}

export type IdentityCtx = Ctx<IdentityDeps>;
