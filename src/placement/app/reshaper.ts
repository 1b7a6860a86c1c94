import type { Tx } from "#db/index.ts";
import type { PlacementCtx } from "../deps.ts";
import type { AllocationRequest } from "../domain/allocation.ts";
import { badRequest, concurrentUpdate, conflict, placementCode } from "../domain/errors.ts";
import type { Provider } from "../domain/provider.ts";
import { inventoryList } from "../store/inventories.ts";
import { ledgerLock } from "../store/ledger.ts";
import { providerFind } from "../store/providers.ts";
import { inventoriesWrite, type SettingsByClass } from "./inventory.ts";
import { ledgerApply } from "./ledger.ts";
import { providerFetch, providerTouch } from "./provider.ts";
import { resourceClassesCheck } from "./resource-class.ts";

export interface Reshape {
  /** What each of these providers shall have instead of what it has. */
  readonly providers: readonly {
    readonly uuid: string;
    readonly generation: number;
    readonly settings: SettingsByClass;
  }[];
  /** What consumers shall hold when the inventories are in their new places. */
  readonly requests: readonly AllocationRequest[];
}

const malformed = (text: string) => badRequest(`malformed reshaper data: ${text}`);

/**
 * `placement.objects.reshaper.reshape`: first every provider has its old and its new inventories, then the allocations
 * move, then the old inventories go. Each step is a new generation. All of it happens, or nothing.
 */
export async function reshape(ctx: PlacementCtx, wanted: Reshape): Promise<void> {
  const nowMs = ctx.deps.clock.now();
  await ctx.deps.database.transaction(async (tx) => {
    await ledgerLock(tx);
    for (const each of wanted.providers) await providerCheck(tx, each);
    for (const { uuid, settings } of wanted.providers) {
      if (Object.keys(settings).length === 0) continue;
      await resourceClassesCheck(tx, Object.keys(settings), malformed);
      const provider = await providerFetch(tx, uuid);
      const before = await inventoryList(tx, [uuid]);
      const kept = Object.fromEntries(before.map((each) => [each.resourceClass, each]));
      await inventoriesWrite(ctx, tx, provider, { ...kept, ...settings }, nowMs);
      await providerTouch(tx, provider, nowMs);
    }
    const { requests } = wanted;
    const [outcome] = await ledgerApply(tx, [{ kind: "replace", requests, unknownClass: malformed }], nowMs);
    if (outcome?.error !== undefined) throw outcome.error;
    for (const { uuid, settings } of wanted.providers) {
      const provider = await providerFetch(tx, uuid);
      await checkUnused(tx, provider, settings);
      await inventoriesWrite(ctx, tx, provider, settings, nowMs);
      await providerTouch(tx, provider, nowMs);
    }
  });
}

async function providerCheck(
  tx: Tx,
  { uuid, generation }: { uuid: string; generation: number },
): Promise<void> {
  const provider = await providerFind(tx, uuid);
  if (!provider) {
    throw badRequest(
      `Resource provider ${uuid} in inventories not found: No resource provider with uuid ${uuid} found`,
      placementCode.providerNotFound,
    );
  }
  if (provider.generation === generation) return;
  throw concurrentUpdate(
    `resource provider generation conflict for provider ${uuid}: actual: ${provider.generation}, ` +
      `given: ${generation}`,
  );
}

async function checkUnused(tx: Tx, provider: Provider, settings: SettingsByClass): Promise<void> {
  const inUse = (await inventoryList(tx, [provider.uuid])).filter(
    (each) => each.used > 0 && settings[each.resourceClass] === undefined,
  );
  if (inUse.length === 0) return;
  const names = inUse.map((each) => each.resourceClass).join(", ");
  throw conflict(
    `update conflict: Inventory for '${names}' on resource provider '${provider.uuid}' in use.`,
    placementCode.inventoryInUse,
  );
}
