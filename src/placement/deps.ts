import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { Database } from "#db/index.ts";
import type { Ctx } from "#http/index.ts";
import type { Ledger } from "./app/ledger.ts";
import type { PictureKeeper } from "./picture/keeper.ts";

/** What the control plane gives. */
export interface PlacementOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  /** [placement] randomize_allocation_candidates */
  readonly randomizeCandidates?: boolean;
}

export interface PlacementDeps extends PlacementOptions {
  readonly ledger: Ledger;
  /** The providers, in memory. */
  readonly picture: PictureKeeper;
  readonly randomizeCandidates: boolean;
}

/** What a request has, and what a call of another part of the control plane has too. */
export type PlacementCtx = Pick<Ctx<PlacementDeps>, "deps">;

/** What every handler gets. */
export type RequestCtx = Ctx<PlacementDeps>;
