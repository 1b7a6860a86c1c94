import type { Db, Tx } from "#db/index.ts";
import type { Inventory, InventorySettings } from "../domain/inventory.ts";
import type { InventoryRow } from "./tables.ts";

export function inventoryFromRow(row: InventoryRow): Inventory {
  return {
    providerUuid: row.provider_uuid,
    resourceClass: row.resource_class,
    total: row.total,
    reserved: row.reserved,
    minUnit: row.min_unit,
    maxUnit: row.max_unit,
    stepSize: row.step_size,
    allocationRatio: row.allocation_ratio,
    used: row.used,
    updatedAtMs: row.updated_at,
  };
}

function settingsRow(settings: InventorySettings) {
  return {
    total: settings.total,
    reserved: settings.reserved,
    min_unit: settings.minUnit,
    max_unit: settings.maxUnit,
    step_size: settings.stepSize,
    allocation_ratio: settings.allocationRatio,
  };
}

/** By provider and class. */
export async function inventoryList(db: Db, providerUuids: readonly string[]): Promise<Inventory[]> {
  if (providerUuids.length === 0) return [];
  const rows = await db
    .selectFrom("placement_inventories")
    .selectAll()
    .where("provider_uuid", "in", providerUuids)
    .orderBy("provider_uuid")
    .orderBy("resource_class")
    .execute();
  return rows.map(inventoryFromRow);
}

export async function inventoryInsert(
  tx: Tx,
  key: { readonly providerUuid: string; readonly resourceClass: string },
  settings: InventorySettings,
  nowMs: number,
): Promise<void> {
  await tx
    .insertInto("placement_inventories")
    .values({
      provider_uuid: key.providerUuid,
      resource_class: key.resourceClass,
      ...settingsRow(settings),
      used: 0,
      created_at: nowMs,
      updated_at: nowMs,
    })
    .execute();
}

export async function inventoryUpdate(
  tx: Tx,
  key: { readonly providerUuid: string; readonly resourceClass: string },
  settings: InventorySettings,
  nowMs: number,
): Promise<void> {
  await tx
    .updateTable("placement_inventories")
    .set({ ...settingsRow(settings), updated_at: nowMs })
    .where("provider_uuid", "=", key.providerUuid)
    .where("resource_class", "=", key.resourceClass)
    .execute();
}

export async function inventoryDelete(tx: Tx, providerUuid: string, resourceClass: string): Promise<void> {
  await tx
    .deleteFrom("placement_inventories")
    .where("provider_uuid", "=", providerUuid)
    .where("resource_class", "=", resourceClass)
    .execute();
}
