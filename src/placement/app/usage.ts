import type { PlacementCtx } from "../deps.ts";
import { unknownConsumerType } from "../domain/allocation.ts";
import type { Provider } from "../domain/provider.ts";
import { usageList } from "../store/allocations.ts";
import { consumerCounts } from "../store/consumers.ts";
import { inventoryList } from "../store/inventories.ts";
import { providerFetch } from "./provider.ts";

export interface ProviderUsages {
  readonly provider: Provider;
  readonly usages: Readonly<Record<string, number>>;
}

export async function providerUsages(ctx: PlacementCtx, uuid: string): Promise<ProviderUsages> {
  const { db } = ctx.deps.database;
  const provider = await providerFetch(db, uuid);
  const inventories = await inventoryList(db, [provider.uuid]);
  return { provider, usages: Object.fromEntries(inventories.map((each) => [each.resourceClass, each.used])) };
}

export interface Owner {
  readonly projectId: string;
  readonly userId: string | undefined;
}

export async function ownerUsages(ctx: PlacementCtx, owner: Owner): Promise<Record<string, number>> {
  const usages: Record<string, number> = {};
  for (const { resourceClass, used } of await usageList(ctx.deps.database.db, owner)) {
    usages[resourceClass] = (usages[resourceClass] ?? 0) + used;
  }
  return usages;
}

/** By consumer type, with the number of consumers; `all` adds all types up (microversion 1.38). */
export async function ownerUsagesByType(
  ctx: PlacementCtx,
  owner: Owner,
  consumerType: string | undefined,
): Promise<Record<string, Record<string, number>>> {
  const { db } = ctx.deps.database;
  const nameOf = (type: string | undefined) =>
    consumerType === "all" ? "all" : (type ?? unknownConsumerType);
  const wanted = (name: string) => consumerType === undefined || consumerType === name;
  const usages: Record<string, Record<string, number>> = {};
  for (const { consumerType: type, count } of await consumerCounts(db, owner)) {
    const name = nameOf(type);
    if (wanted(name)) usages[name] = { consumer_count: (usages[name]?.["consumer_count"] ?? 0) + count };
  }
  for (const { consumerType: type, resourceClass, used } of await usageList(db, owner)) {
    const sums = usages[nameOf(type)];
    if (sums) sums[resourceClass] = (sums[resourceClass] ?? 0) + used;
  }
  return usages;
}
