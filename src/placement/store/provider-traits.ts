import type { Db, Tx } from "#db/index.ts";
import { isCustomName } from "../domain/names.ts";
import type { ProviderTraitRow } from "./tables.ts";

/** By name, the standard ones before the custom ones. */
export async function providerTraitList(
  db: Db,
  providerUuids: readonly string[],
): Promise<ProviderTraitRow[]> {
  if (providerUuids.length === 0) return [];
  const rows = await db
    .selectFrom("placement_provider_traits")
    .selectAll()
    .where("provider_uuid", "in", providerUuids)
    .orderBy("trait")
    .execute();
  const custom = rows.filter((row) => isCustomName(row.trait));
  return [...rows.filter((row) => !isCustomName(row.trait)), ...custom];
}

/** Which providers have any of these traits. */
export function providerTraitListOf(db: Db, traits: readonly string[]): Promise<ProviderTraitRow[]> {
  if (traits.length === 0) return Promise.resolve([]);
  return db.selectFrom("placement_provider_traits").selectAll().where("trait", "in", traits).execute();
}

/** Every trait that some provider has. */
export async function traitListAssociated(db: Db): Promise<Set<string>> {
  const rows = await db.selectFrom("placement_provider_traits").select("trait").distinct().execute();
  return new Set(rows.map((row) => row.trait));
}

export async function providerTraitInsert(tx: Tx, row: ProviderTraitRow): Promise<void> {
  await tx.insertInto("placement_provider_traits").values(row).execute();
}

export async function providerTraitSetFromHost(tx: Tx, providerUuid: string, trait: string): Promise<void> {
  await tx
    .updateTable("placement_provider_traits")
    .set({ from_host: 1 })
    .where("provider_uuid", "=", providerUuid)
    .where("trait", "=", trait)
    .execute();
}

export async function providerTraitDelete(
  tx: Tx,
  providerUuid: string,
  traits: readonly string[],
): Promise<void> {
  if (traits.length === 0) return;
  await tx
    .deleteFrom("placement_provider_traits")
    .where("provider_uuid", "=", providerUuid)
    .where("trait", "in", traits)
    .execute();
}
