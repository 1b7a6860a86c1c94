import { sql, type RawBuilder } from "kysely";
import type { Db } from "#db/index.ts";
import type { AggregateFilter, TraitFilter } from "../domain/filters.ts";
import type { Provider } from "../domain/provider.ts";
import { providerFromRow } from "./providers.ts";

export interface ProviderFilter {
  readonly name?: string | undefined;
  readonly uuid?: string | undefined;
  /** Root of the tree. */
  readonly rootUuid?: string | undefined;
  readonly aggregates: AggregateFilter;
  readonly traits: TraitFilter;
  readonly resources: Readonly<Record<string, number>>;
}

/** The SQL twin of `amountFits`, on a row of placement_inventories. */
function inventoryFits(resourceClass: string, amount: number): RawBuilder<boolean> {
  return sql<boolean>`(resource_class = ${resourceClass} and min_unit <= ${amount} and max_unit >= ${amount}
    and ${amount} % step_size = 0 and used + ${amount} <= (total - reserved) * allocation_ratio)`;
}

/** Providers that satisfy every condition by themselves, by name. */
export async function providerListFiltered(db: Db, filter: ProviderFilter): Promise<Provider[]> {
  let query = db.selectFrom("placement_providers").selectAll("placement_providers").orderBy("name");
  if (filter.name !== undefined) query = query.where("name", "=", filter.name);
  if (filter.uuid !== undefined) query = query.where("uuid", "=", filter.uuid);
  if (filter.rootUuid !== undefined) query = query.where("root_uuid", "=", filter.rootUuid);
  const withTrait = (names: readonly string[]) =>
    db.selectFrom("placement_provider_traits").select("provider_uuid").where("trait", "in", names);
  const inAggregate = (uuids: readonly string[]) =>
    db
      .selectFrom("placement_provider_aggregates")
      .select("provider_uuid")
      .where("aggregate_uuid", "in", uuids);
  for (const anyOf of filter.traits.required) query = query.where("uuid", "in", withTrait(anyOf));
  if (filter.traits.forbidden.length > 0)
    query = query.where("uuid", "not in", withTrait(filter.traits.forbidden));
  for (const anyOf of filter.aggregates.required) query = query.where("uuid", "in", inAggregate(anyOf));
  if (filter.aggregates.forbidden.length > 0) {
    query = query.where("uuid", "not in", inAggregate(filter.aggregates.forbidden));
  }
  for (const [resourceClass, amount] of Object.entries(filter.resources)) {
    const roomy = db
      .selectFrom("placement_inventories")
      .select("provider_uuid")
      .where(inventoryFits(resourceClass, amount));
    query = query.where("uuid", "in", roomy);
  }
  return (await query.execute()).map(providerFromRow);
}
