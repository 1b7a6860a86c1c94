import type { CloudError } from "#base/errors.ts";
import type { PlacementCtx } from "../deps.ts";
import type { Allocation, AllocationRequest, Consumer } from "../domain/allocation.ts";
import type { Provider } from "../domain/provider.ts";
import { allocationList, allocationListOfProvider } from "../store/allocations.ts";
import { consumerList } from "../store/consumers.ts";
import { providerListByUuid } from "../store/providers.ts";
import { providerFetch } from "./provider.ts";

export interface ConsumerAllocations {
  readonly consumer: Consumer | undefined;
  readonly allocations: readonly Allocation[];
  readonly providers: ReadonlyMap<string, Provider>;
}

export async function allocationsShow(ctx: PlacementCtx, consumerUuid: string): Promise<ConsumerAllocations> {
  const { db } = ctx.deps.database;
  const allocations = await allocationList(db, [consumerUuid]);
  const [consumer] = await consumerList(db, [consumerUuid]);
  const uuids = new Set(allocations.map((each) => each.providerUuid));
  const providers = await providerListByUuid(db, [...uuids]);
  return { consumer, allocations, providers: new Map(providers.map((each) => [each.uuid, each])) };
}

export interface ProviderAllocations {
  readonly provider: Provider;
  readonly allocations: readonly Allocation[];
  readonly consumers: ReadonlyMap<string, Consumer>;
}

export async function allocationsOfProvider(ctx: PlacementCtx, uuid: string): Promise<ProviderAllocations> {
  const { db } = ctx.deps.database;
  const provider = await providerFetch(db, uuid);
  const allocations = await allocationListOfProvider(db, provider.uuid);
  const consumers = await consumerList(db, [...new Set(allocations.map((each) => each.consumerUuid))]);
  return { provider, allocations, consumers: new Map(consumers.map((each) => [each.uuid, each])) };
}

/** All requests take effect together, or none does. */
export async function allocationsReplace(
  ctx: PlacementCtx,
  requests: readonly AllocationRequest[],
  unknownClass: (text: string) => CloudError,
): Promise<void> {
  await ctx.deps.ledger.change({ kind: "replace", requests, unknownClass });
}

/** Throws `not-found` when the consumer has none. */
export async function allocationsDelete(ctx: PlacementCtx, consumerUuid: string): Promise<void> {
  await ctx.deps.ledger.change({ kind: "erase", consumerUuid, mustHold: true });
}
