import type { Tx } from "#db/index.ts";
import type { CloudError } from "#base/errors.ts";
import type { PlacementCtx } from "../deps.ts";
import { badRequest, concurrentUpdate, conflict, notFound, placementCode } from "../domain/errors.ts";
import { capacityOf, type Inventory, type InventorySettings } from "../domain/inventory.ts";
import { resourceClassOrder } from "../domain/names.ts";
import type { Provider } from "../domain/provider.ts";
import { inventoryDelete, inventoryInsert, inventoryList, inventoryUpdate } from "../store/inventories.ts";
import { providerFetch, providerFetchAt, providerTouch } from "./provider.ts";
import { resourceClassesCheck, resourceClassFind } from "./resource-class.ts";

export interface ProviderInventories {
  readonly provider: Provider;
  readonly inventories: readonly Inventory[];
}

export interface ProviderInventory {
  readonly provider: Provider;
  readonly inventory: Inventory;
}

export type SettingsByClass = Readonly<Record<string, InventorySettings>>;

const stale = "resource provider generation conflict";

export async function inventoriesShow(ctx: PlacementCtx, uuid: string): Promise<ProviderInventories> {
  const { db } = ctx.deps.database;
  const provider = await providerFetch(db, uuid);
  return { provider, inventories: await inventoryList(db, [provider.uuid]) };
}

export async function inventoryShow(
  ctx: PlacementCtx,
  uuid: string,
  resourceClass: string,
): Promise<ProviderInventory> {
  const { provider, inventories } = await inventoriesShow(ctx, uuid);
  const inventory = inventories.find((each) => each.resourceClass === resourceClass);
  if (inventory) return { provider, inventory };
  throw notFound(`No inventory of class ${resourceClass} for ${uuid}`);
}

/** `mayReserveAll`: reserved may equal total, since 1.26. */
function checkCapacity(
  settings: SettingsByClass,
  provider: Provider,
  mayReserveAll: boolean,
  action: string,
): void {
  for (const [resourceClass, each] of Object.entries(settings)) {
    const capacity = Math.trunc(capacityOf(each));
    if (mayReserveAll ? capacity >= 0 : capacity > 0) continue;
    throw badRequest(
      `Unable to ${action} inventory for resource provider ${provider.uuid}: Invalid inventory for ` +
        `'${resourceClass}' on resource provider '${provider.uuid}'. The reserved value is greater than ` +
        `${mayReserveAll ? "" : "or equal to "}total.`,
    );
  }
}

export interface InventoryInput {
  readonly resourceClass: string;
  readonly settings: InventorySettings;
  readonly mayReserveAll: boolean;
}

export async function inventoryCreate(
  ctx: PlacementCtx,
  uuid: string,
  input: InventoryInput,
): Promise<ProviderInventory> {
  const nowMs = ctx.deps.clock.now();
  return ctx.deps.database.transaction(async (tx) => {
    const provider = await providerFetch(tx, uuid);
    const key = { providerUuid: provider.uuid, resourceClass: input.resourceClass };
    checkCapacity({ [input.resourceClass]: input.settings }, provider, input.mayReserveAll, "create");
    await resourceClassesCheck(tx, [input.resourceClass], (text) =>
      badRequest(`Unable to create inventory for resource provider ${provider.uuid}: ${text}`),
    );
    const existing = await inventoryList(tx, [provider.uuid]);
    if (existing.some((each) => each.resourceClass === input.resourceClass)) {
      throw concurrentUpdate(
        `Update conflict: Inventory of class ${input.resourceClass} already exists on resource provider ${provider.uuid}.`,
      );
    }
    await inventoryInsert(tx, key, input.settings, nowMs);
    return {
      provider: await providerTouch(tx, provider, nowMs),
      inventory: { ...input.settings, ...key, used: 0, updatedAtMs: nowMs },
    };
  });
}

export async function inventorySave(
  ctx: PlacementCtx,
  uuid: string,
  input: InventoryInput & { readonly generation: number },
): Promise<ProviderInventory> {
  const nowMs = ctx.deps.clock.now();
  const { resourceClass, settings } = input;
  return ctx.deps.database.transaction(async (tx) => {
    const provider = await providerFetchAt(tx, uuid, input.generation, stale);
    checkCapacity({ [resourceClass]: settings }, provider, input.mayReserveAll, "update");
    if (!(await resourceClassFind(tx, resourceClass)))
      throw notFound(`No such resource class ${resourceClass}.`);
    const key = { providerUuid: provider.uuid, resourceClass };
    const previous = (await inventoryList(tx, [provider.uuid])).find(
      (each) => each.resourceClass === resourceClass,
    );
    if (!previous) {
      throw badRequest(
        `No inventory record with resource class for resource provider ${provider.uuid}: ` +
          `No inventory of class ${resourceClass} found.`,
      );
    }
    await inventoryUpdate(tx, key, settings, nowMs);
    warnOverCapacity(ctx, { ...previous, ...settings });
    return {
      provider: await providerTouch(tx, provider, nowMs),
      inventory: { ...previous, ...settings, updatedAtMs: nowMs },
    };
  });
}

/** Replaces all inventories; without a generation (DELETE) nothing is compared. */
export async function inventoriesSet(
  ctx: PlacementCtx,
  uuid: string,
  input: {
    readonly settings: SettingsByClass;
    readonly generation: number | undefined;
    mayReserveAll: boolean;
  },
): Promise<ProviderInventories> {
  const nowMs = ctx.deps.clock.now();
  return ctx.deps.database.transaction(async (tx) => {
    const provider =
      input.generation === undefined
        ? await providerFetch(tx, uuid)
        : await providerFetchAt(tx, uuid, input.generation, stale);
    checkCapacity(input.settings, provider, input.mayReserveAll, "update");
    await resourceClassesCheck(tx, Object.keys(input.settings), (text) =>
      badRequest(`Unknown resource class in inventory for resource provider ${provider.uuid}: ${text}`),
    );
    await inventoriesWrite(ctx, tx, provider, input.settings, nowMs);
    const inventories = await inventoryList(tx, [provider.uuid]);
    return { provider: await providerTouch(tx, provider, nowMs), inventories };
  });
}

/** Inserts, updates and deletes until the provider has exactly these; a class in use may not go. */
export async function inventoriesWrite(
  ctx: PlacementCtx,
  tx: Tx,
  provider: Provider,
  settings: SettingsByClass,
  nowMs: number,
): Promise<void> {
  const inUseStart = Object.keys(settings).length === 0 ? "" : "update conflict: ";
  const existing = await inventoryList(tx, [provider.uuid]);
  const gone = existing.filter((each) => settings[each.resourceClass] === undefined);
  const inUse = gone
    .filter((each) => each.used > 0)
    .map((each) => each.resourceClass)
    .sort(resourceClassOrder);
  if (inUse.length > 0) throw inventoryInUse(inUseStart, inUse, provider);
  for (const each of gone) await inventoryDelete(tx, provider.uuid, each.resourceClass);
  for (const [resourceClass, each] of Object.entries(settings)) {
    const key = { providerUuid: provider.uuid, resourceClass };
    const previous = existing.find((other) => other.resourceClass === resourceClass);
    if (previous) {
      await inventoryUpdate(tx, key, each, nowMs);
      warnOverCapacity(ctx, { ...previous, ...each });
    } else await inventoryInsert(tx, key, each, nowMs);
  }
}

function inventoryInUse(
  start: string,
  classes: readonly string[],
  provider: Provider,
  code?: string,
): CloudError {
  return conflict(
    `${start}Inventory for '${classes.join(", ")}' on resource provider '${provider.uuid}' in use.`,
    code ?? placementCode.inventoryInUse,
  );
}

function warnOverCapacity(ctx: PlacementCtx, inventory: Inventory): void {
  if (inventory.used <= capacityOf(inventory)) return;
  const { providerUuid, resourceClass, used } = inventory;
  ctx.deps.log.warn({ providerUuid, resourceClass, used }, "resource provider is now over capacity");
}

export async function inventoryDestroy(
  ctx: PlacementCtx,
  uuid: string,
  resourceClass: string,
): Promise<void> {
  const nowMs = ctx.deps.clock.now();
  await ctx.deps.database.transaction(async (tx) => {
    const provider = await providerFetch(tx, uuid);
    const found = (await inventoryList(tx, [provider.uuid])).find(
      (each) => each.resourceClass === resourceClass,
    );
    if (!found) {
      const reason = (await resourceClassFind(tx, resourceClass))
        ? `No inventory of class ${resourceClass} found for delete`
        : `No such resource class ${resourceClass}.`;
      throw notFound(`No inventory of class ${resourceClass} found for delete: ${reason}`);
    }
    if (found.used > 0) {
      const start = `Unable to delete inventory of class ${resourceClass}: `;
      throw inventoryInUse(start, [resourceClass], provider, placementCode.concurrentUpdate);
    }
    await inventoryDelete(tx, provider.uuid, resourceClass);
    await providerTouch(tx, provider, nowMs);
  });
}
