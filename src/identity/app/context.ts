import type { Clock } from "#base/clock.ts";
import type { Database } from "#db/index.ts";
import type { Ctx } from "#http/index.ts";

export interface IdentityDeps {
  readonly database: Database;
  readonly clock: Clock;
  /** What `$(public_endpoint)s` stands for in an endpoint's address: `http://127.0.0.1:8700`. */
  readonly publicEndpoint: string;
  readonly tokenLifetimeMs: number;
  /** When expired tokens were last removed; milliseconds since the epoch. */
  readonly tokenCleanup: { lastAt: number };
}

export type IdentityCtx = Ctx<IdentityDeps>;
