import { placementEnvelope, type Service } from "#http/index.ts";
import { microversions } from "./api/root.ts";
import {
  hostCandidatesFind,
  serverAllocations,
  serverClaim,
  serverReclaim,
  serverRelease,
  type Claim,
  type HeldAllocation,
  type HostCandidate,
  type HostQuery,
} from "./app/claim.ts";
import { hostProviderEnsure, hostProviderRemove, type HostReport } from "./app/host.ts";
import { createLedger } from "./app/ledger.ts";
import type { PlacementDeps, PlacementOptions } from "./deps.ts";
import { createPictureKeeper } from "./picture/keeper.ts";
import { policyRules } from "./policies.ts";
import { routes } from "./routes.ts";

/** The service, and what the control plane calls without HTTP. */
export interface Placement {
  readonly service: Service<PlacementDeps>;
  /** Idempotent. Traits and custom inventories that an operator added stay. */
  providerEnsure(report: HostReport): Promise<void>;
  /** Nothing to do when it is gone; `conflict` while servers hold allocations from it. */
  providerRemove(uuid: string): Promise<void>;
  /** Reads all providers, so that the first question need not; nothing is wrong when it is not called. */
  warm(): Promise<void>;
  /** Hosts that have room and traits, by name; empty when there is none. */
  candidatesFind(query: HostQuery): Promise<HostCandidate[]>;
  /** Idempotent. `no-capacity` when it does not fit (any more), `conflict` when the consumer holds something else. */
  allocationClaim(claim: Claim): Promise<void>;
  /** Idempotent. In place of whatever the consumer holds; `no-capacity`, and nothing changed, when more of it does not fit. */
  allocationReplace(claim: Claim): Promise<void>;
  /** Idempotent. */
  allocationRelease(consumerUuid: string): Promise<void>;
  allocationsOf(consumerUuid: string): Promise<HeldAllocation[]>;
}

export function createPlacement(options: PlacementOptions): Placement {
  const picture = createPictureKeeper(options.database);
  const deps: PlacementDeps = {
    randomizeCandidates: false,
    ...options,
    ledger: createLedger(options),
    picture,
  };
  const ctx = { deps };
  return {
    service: {
      type: "placement",
      prefix: "/placement",
      envelope: placementEnvelope,
      microversions,
      strictMedia: true,
      scopeTypes: () => ["project"],
      routes,
      policyRules,
      deps,
    },
    providerEnsure: (report) => hostProviderEnsure(ctx, report),
    providerRemove: (uuid) => hostProviderRemove(ctx, uuid),
    async warm() {
      await picture.current();
    },
    candidatesFind: (query) => hostCandidatesFind(ctx, query),
    allocationClaim: (claim) => serverClaim(ctx, claim),
    allocationReplace: (claim) => serverReclaim(ctx, claim),
    allocationRelease: (consumerUuid) => serverRelease(ctx, consumerUuid),
    allocationsOf: (consumerUuid) => serverAllocations(ctx, consumerUuid),
  };
}
