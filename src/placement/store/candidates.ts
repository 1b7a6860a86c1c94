import type { Db } from "#db/index.ts";
import {
  sharingTrait,
  type CandidatePicture,
  type CandidateQuery,
  type RoomyProvider,
} from "../domain/candidates.ts";
import { inventoryFits } from "./provider-filter.ts";
import { providerTraitListOf } from "./provider-traits.ts";

/** What `candidatesOf` must know to answer the query. */
export async function candidatePicture(db: Db, query: CandidateQuery): Promise<CandidatePicture> {
  const traitNames = [query.traits, query.rootTraits].flatMap((filter) => [
    ...filter.required.flat(),
    ...filter.forbidden,
  ]);
  const traits = setsOf(
    (await providerTraitListOf(db, [...new Set([...traitNames, sharingTrait])])).map((row) => [
      row.provider_uuid,
      row.trait,
    ]),
  );
  const someShares = [...traits.values()].some((names) => names.has(sharingTrait));
  const asksAggregates = query.aggregates.required.length + query.aggregates.forbidden.length > 0;
  const memberships = someShares || asksAggregates ? await membershipList(db) : [];
  return {
    roomy: await roomyList(db, query),
    traits,
    aggregates: setsOf(memberships.map((row) => [row.provider_uuid, row.aggregate_uuid])),
    treeAggregates: setsOf(memberships.map((row) => [row.root_uuid, row.aggregate_uuid])),
  };
}

/** By name of the provider, so that answers are repeatable. */
async function roomyList(db: Db, query: CandidateQuery): Promise<RoomyProvider[]> {
  let select = db
    .selectFrom("placement_inventories")
    .innerJoin("placement_providers", "placement_providers.uuid", "placement_inventories.provider_uuid")
    .select(["provider_uuid", "root_uuid", "resource_class"])
    .where((expression) =>
      expression.or(
        Object.entries(query.resources).map(([resourceClass, amount]) =>
          inventoryFits(resourceClass, amount),
        ),
      ),
    )
    .orderBy("name");
  if (query.rootUuid !== undefined) select = select.where("root_uuid", "=", query.rootUuid);
  const rows = await select.execute();
  return rows.map((row) => ({
    providerUuid: row.provider_uuid,
    rootUuid: row.root_uuid,
    resourceClass: row.resource_class,
  }));
}

function membershipList(db: Db) {
  return db
    .selectFrom("placement_provider_aggregates")
    .innerJoin(
      "placement_providers",
      "placement_providers.uuid",
      "placement_provider_aggregates.provider_uuid",
    )
    .select(["provider_uuid", "root_uuid", "aggregate_uuid"])
    .execute();
}

function setsOf(pairs: readonly (readonly [string, string])[]): Map<string, Set<string>> {
  const sets = new Map<string, Set<string>>();
  for (const [key, value] of pairs) {
    const known = sets.get(key);
    if (known) known.add(value);
    else sets.set(key, new Set([value]));
  }
  return sets;
}
