import { CloudError } from "#base/errors.ts";
import type { PlacementCtx } from "../deps.ts";
import type { Allocation } from "../domain/allocation.ts";
import { nothing } from "../domain/filters.ts";
import { allocationList } from "../store/allocations.ts";
import { groupPlan, satisfies } from "../picture/plan.ts";
import { providerFind } from "../store/providers.ts";
import { allocationsErase, allocationsShow, allocationsWrite } from "./allocation.ts";
import { candidateNamesCheck } from "./candidate.ts";
import { withRetry } from "./retry.ts";

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
  const nowMs = ctx.deps.clock.now();
  await withRetry(() =>
    ctx.deps.database.transaction(async (tx) => {
      const held = await allocationList(tx, [claim.consumerUuid]);
      if (held.length > 0) {
        if (isSameClaim(held, claim)) return;
        throw new CloudError(
          "conflict",
          `Consumer ${claim.consumerUuid} already holds other allocations (on ${held[0]?.providerUuid ?? ""}); ` +
            "release them before claiming again.",
        );
      }
      if (!(await providerFind(tx, claim.providerUuid))) {
        throw new CloudError(
          "no-capacity",
          `Resource provider ${claim.providerUuid} no longer exists; choose another candidate.`,
        );
      }
      await allocationsWrite(
        tx,
        [
          {
            consumerUuid: claim.consumerUuid,
            projectId: claim.projectId,
            userId: claim.userId,
            consumerGeneration: undefined,
            consumerType: serverConsumerType,
            resources: { [claim.providerUuid]: claim.resources },
          },
        ],
        nowMs,
      );
    }),
  );
}

function isSameClaim(held: readonly Allocation[], claim: Claim): boolean {
  return (
    held.length === Object.keys(claim.resources).length &&
    held.every(
      (each) => each.providerUuid === claim.providerUuid && claim.resources[each.resourceClass] === each.used,
    )
  );
}

/** Nothing to do when the consumer holds nothing. */
export async function serverRelease(ctx: PlacementCtx, consumerUuid: string): Promise<void> {
  await withRetry(() =>
    ctx.deps.database.transaction(async (tx) => {
      const held = await allocationList(tx, [consumerUuid]);
      if (held.length > 0) await allocationsErase(tx, consumerUuid, held);
    }),
  );
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
