import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { Database } from "#db/index.ts";
import type { Ctx } from "#http/index.ts";
import type { Ledger } from "./app/ledger.ts";

/** What the control plane gives. */
export interface PlacementOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface PlacementDeps extends PlacementOptions {
  readonly ledger: Ledger;
}

/** What a request has, and what a call of another part of the control plane has too. */
export type PlacementCtx = Pick<Ctx<PlacementDeps>, "deps">;

/** What every handler gets. */
export type RequestCtx = Ctx<PlacementDeps>;
