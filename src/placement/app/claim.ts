import { CloudError } from "#base/errors.ts";
import type { PlacementCtx } from "../deps.ts";
import { nothing } from "../domain/filters.ts";
import { groupPlan, satisfies } from "../picture/plan.ts";
import { allocationsShow } from "./allocation.ts";
import { candidateNamesCheck } from "./candidate.ts";

/** As nova-scheduler names its consumers since microversion 1.38. */
const serverConsumerType = "INSTANCE";

export interface HostQuery {
  readonly resources: Readonly<Record<string, number>>;
  readonly requiredTraits: readonly string[];
  readonly forbiddenTraits?: readonly string[] | undefined;
  readonly limit?: number | undefined;
}

export interface HostCandidate {
  readonly providerUuid: string;
  readonly providerName: string;
}

/** Hosts that can carry it by themselves: a server runs on one. By name. */
export async function hostCandidatesFind(ctx: PlacementCtx, query: HostQuery): Promise<HostCandidate[]> {
  const asked = {
    suffix: "",
    resources: query.resources,
    traits: {
      required: query.requiredTraits.map((trait) => [trait]),
      forbidden: query.forbiddenTraits ?? [],
    },
    aggregates: nothing,
    inTree: undefined,
  };
  await candidateNamesCheck(ctx, asked);
  const picture = await ctx.deps.picture.current();
  const plan = groupPlan(picture, asked);
  const hosts: HostCandidate[] = [];
  if (!plan) return hosts;
  for (const root of picture.forest.order) {
    if (!satisfies(picture, plan, root)) continue;
    hosts.push({ providerUuid: picture.uuid(root), providerName: picture.forest.name(root) });
    if (hosts.length === query.limit) break;
  }
  return hosts;
}

export interface Claim {
  readonly consumerUuid: string;
  readonly providerUuid: string;
  readonly resources: Readonly<Record<string, number>>;
  readonly projectId: string;
  readonly userId: string;
}

/** Takes the resources, once: the same claim again changes nothing. `no-capacity` when they do not fit. */
export async function serverClaim(ctx: PlacementCtx, claim: Claim): Promise<void> {
  await ctx.deps.ledger.change({ kind: "claim", request: claimRequest(claim) });
}

function claimRequest({ consumerUuid, projectId, userId, providerUuid, resources }: Claim) {
  return {
    consumerUuid,
    projectId,
    userId,
    consumerGeneration: undefined,
    consumerType: serverConsumerType,
    resources: { [providerUuid]: resources },
  };
}

/** What the consumer holds is this afterwards, whatever it was. `no-capacity`, and nothing changed, when more of it does not fit. */
export async function serverReclaim(ctx: PlacementCtx, claim: Claim): Promise<void> {
  const request = claimRequest(claim);
  const unknownClass = (text: string): CloudError => new CloudError("invalid", text);
  await ctx.deps.ledger.change({ kind: "replace", requests: [request], unknownClass });
}

/** Nothing to do when the consumer holds nothing. */
export async function serverRelease(ctx: PlacementCtx, consumerUuid: string): Promise<void> {
  await ctx.deps.ledger.change({ kind: "erase", consumerUuid, mustHold: false });
}

export interface HeldAllocation {
  readonly providerUuid: string;
  readonly providerName: string;
  readonly resources: Readonly<Record<string, number>>;
}

export async function serverAllocations(ctx: PlacementCtx, consumerUuid: string): Promise<HeldAllocation[]> {
  const { allocations, providers } = await allocationsShow(ctx, consumerUuid);
  const byProvider = Map.groupBy(allocations, (each) => each.providerUuid);
  return [...byProvider].map(([providerUuid, held]) => ({
    providerUuid,
    providerName: providers.get(providerUuid)?.name ?? "",
    resources: Object.fromEntries(held.map((each) => [each.resourceClass, each.used])),
  }));
}
