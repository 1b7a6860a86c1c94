import { CloudError } from "#base/errors.ts";
import type { Tx } from "#db/index.ts";
import type { PlacementCtx } from "../deps.ts";
import { isCustomName, isHostTrait, normalizeUuid } from "../domain/names.ts";
import { inventoryDefaults, type Inventory, type InventorySettings } from "../domain/inventory.ts";
import type { Provider } from "../domain/provider.ts";
import { inventoryList } from "../store/inventories.ts";
import {
  providerTraitDelete,
  providerTraitInsert,
  providerTraitList,
  providerTraitSetFromHost,
} from "../store/provider-traits.ts";
import { providerFind, providerFindByName, providerInsert, providerUpdate } from "../store/providers.ts";
import { inventoriesWrite } from "./inventory.ts";
import { providerErase, providerTouch } from "./provider.ts";
import { resourceClassesCheck } from "./resource-class.ts";
import { traitEnsureIn, traitsCheck } from "./trait.ts";

/** What a host says it has. Settings left out keep what an operator set, else Placement's defaults. */
export interface HostInventory {
  readonly total: number;
  readonly reserved?: number | undefined;
  readonly minUnit?: number | undefined;
  readonly maxUnit?: number | undefined;
  readonly stepSize?: number | undefined;
  readonly allocationRatio?: number | undefined;
}

export interface HostReport {
  readonly uuid: string;
  readonly name: string;
  readonly inventories: Readonly<Record<string, HostInventory>>;
  readonly traits: readonly string[];
}

/**
 * Brings the host's provider to what the host reports; a report that brings nothing new writes nothing.
 * Traits and custom inventories that an operator added stay, and so does a class that is still allocated from.
 */
export async function hostProviderEnsure(ctx: PlacementCtx, report: HostReport): Promise<void> {
  const nowMs = ctx.deps.clock.now();
  const uuid = normalizeUuid(report.uuid) ?? report.uuid;
  const invalid = (text: string) =>
    new CloudError("invalid", `The report of host ${report.name} (${uuid}): ${text}`);
  await ctx.deps.database.transaction(async (tx) => {
    await resourceClassesCheck(tx, Object.keys(report.inventories), invalid);
    await traitsCheck(
      tx,
      report.traits.filter((name) => !isCustomName(name)),
      invalid,
    );
    const provider = await hostProviderPlace(tx, { uuid, name: report.name }, nowMs);
    const traitsChanged = await hostTraitsWrite(tx, provider, report.traits, nowMs);
    const inventoriesChanged = await hostInventoriesWrite(ctx, tx, provider, report.inventories, nowMs);
    if (traitsChanged || inventoriesChanged) await providerTouch(tx, provider, nowMs);
  });
}

async function hostProviderPlace(
  tx: Tx,
  host: { uuid: string; name: string },
  nowMs: number,
): Promise<Provider> {
  const namesake = await providerFindByName(tx, host.name);
  if (namesake && namesake.uuid !== host.uuid) {
    throw new CloudError(
      "already-exists",
      `Host ${host.name} reports itself as ${host.uuid}, but the resource provider of that name is ` +
        `${namesake.uuid}. Delete that one when the host was reinstalled, or give the hosts different names.`,
    );
  }
  const known = await providerFind(tx, host.uuid);
  if (!known) {
    const provider = {
      ...host,
      generation: 0,
      parentUuid: undefined,
      rootUuid: host.uuid,
      createdAtMs: nowMs,
    };
    await providerInsert(tx, { ...provider, updatedAtMs: nowMs });
    return { ...provider, updatedAtMs: nowMs };
  }
  if (known.name !== host.name) {
    await providerUpdate(tx, known.uuid, { name: host.name, parentUuid: known.parentUuid, nowMs });
  }
  return { ...known, name: host.name };
}

async function hostTraitsWrite(
  tx: Tx,
  provider: Provider,
  reported: readonly string[],
  nowMs: number,
): Promise<boolean> {
  const rows = new Map((await providerTraitList(tx, [provider.uuid])).map((row) => [row.trait, row]));
  const gone = [...rows.values()].filter((row) => row.from_host === 1 && !reported.includes(row.trait));
  await providerTraitDelete(
    tx,
    provider.uuid,
    gone.map((row) => row.trait),
  );
  let changed = gone.length > 0;
  for (const trait of new Set(reported)) {
    const row = rows.get(trait);
    const fromHost = isHostTrait(trait) ? 1 : 0;
    if (row && row.from_host < fromHost) await providerTraitSetFromHost(tx, provider.uuid, trait);
    if (row) continue;
    if (isCustomName(trait)) await traitEnsureIn(tx, trait, nowMs);
    await providerTraitInsert(tx, {
      provider_uuid: provider.uuid,
      trait,
      from_host: fromHost,
      created_at: nowMs,
    });
    changed = true;
  }
  return changed;
}

async function hostInventoriesWrite(
  ctx: PlacementCtx,
  tx: Tx,
  provider: Provider,
  reported: HostReport["inventories"],
  nowMs: number,
): Promise<boolean> {
  const existing = new Map(
    (await inventoryList(tx, [provider.uuid])).map((each) => [each.resourceClass, each]),
  );
  const wanted: Record<string, InventorySettings> = {};
  for (const each of existing.values()) {
    if (reported[each.resourceClass] !== undefined) continue;
    if (isCustomName(each.resourceClass) || each.used > 0) wanted[each.resourceClass] = settingsOf(each);
  }
  for (const [resourceClass, each] of Object.entries(reported)) {
    wanted[resourceClass] = settingsOf({ ...each, ...kept(each, existing.get(resourceClass)) });
  }
  const same =
    existing.size === Object.keys(wanted).length &&
    Object.entries(wanted).every(([resourceClass, each]) => {
      const before = existing.get(resourceClass);
      return before !== undefined && JSON.stringify(settingsOf(before)) === JSON.stringify(each);
    });
  if (!same) await inventoriesWrite(ctx, tx, provider, wanted, nowMs);
  return !same;
}

function kept(reported: HostInventory, before: Inventory | undefined): Omit<InventorySettings, "total"> {
  const fallback = before ?? inventoryDefaults;
  return {
    reserved: reported.reserved ?? fallback.reserved,
    minUnit: reported.minUnit ?? fallback.minUnit,
    maxUnit: reported.maxUnit ?? fallback.maxUnit,
    stepSize: reported.stepSize ?? fallback.stepSize,
    allocationRatio: reported.allocationRatio ?? fallback.allocationRatio,
  };
}

function settingsOf(from: InventorySettings): InventorySettings {
  const { total, reserved, minUnit, maxUnit, stepSize, allocationRatio } = from;
  return { total, reserved, minUnit, maxUnit, stepSize, allocationRatio };
}

/** Nothing to do when it is gone; `conflict` while something is allocated from it. */
export async function hostProviderRemove(ctx: PlacementCtx, uuid: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    const provider = await providerFind(tx, normalizeUuid(uuid) ?? uuid);
    if (provider) await providerErase(tx, provider.uuid);
  });
}
