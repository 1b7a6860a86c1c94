import { inventoryDefaults, type InventorySettings } from "../../domain/inventory.ts";
import type { ProviderInventories, ProviderInventory } from "../../app/inventory.ts";
import type { RequestCtx } from "../../deps.ts";
import type { Reply } from "#http/index.ts";
import { answer, newest } from "../answer.ts";

/** The API's names of one class's settings. */
export interface InventoryBody {
  readonly total: number;
  readonly reserved?: number;
  readonly min_unit?: number;
  readonly max_unit?: number;
  readonly step_size?: number;
  readonly allocation_ratio?: number;
}

export function settingsFromBody(body: InventoryBody): InventorySettings {
  return {
    total: body.total,
    reserved: body.reserved ?? inventoryDefaults.reserved,
    minUnit: body.min_unit ?? inventoryDefaults.minUnit,
    maxUnit: body.max_unit ?? inventoryDefaults.maxUnit,
    stepSize: body.step_size ?? inventoryDefaults.stepSize,
    allocationRatio: body.allocation_ratio ?? inventoryDefaults.allocationRatio,
  };
}

function settingsView(settings: InventorySettings): Required<InventoryBody> {
  return {
    total: settings.total,
    reserved: settings.reserved,
    min_unit: settings.minUnit,
    max_unit: settings.maxUnit,
    step_size: settings.stepSize,
    allocation_ratio: settings.allocationRatio,
  };
}

export function inventoriesAnswer(ctx: RequestCtx, { provider, inventories }: ProviderInventories): Reply {
  const body = {
    resource_provider_generation: provider.generation,
    inventories: Object.fromEntries(inventories.map((each) => [each.resourceClass, settingsView(each)])),
  };
  return answer(ctx, body, { modifiedMs: newest(inventories.map((each) => each.updatedAtMs)) });
}

export function inventoryAnswer(
  ctx: RequestCtx,
  { provider, inventory }: ProviderInventory,
  created: { readonly status?: number; readonly location?: string } = {},
): Reply {
  const body = { ...settingsView(inventory), resource_provider_generation: provider.generation };
  return answer(ctx, body, { modifiedMs: inventory.updatedAtMs, ...created });
}
