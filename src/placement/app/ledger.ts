import { CloudError } from "#base/errors.ts";
import type { Tx } from "#db/index.ts";
import type { Allocation } from "../domain/allocation.ts";
import { amountAllowed, capacityOf, type Inventory } from "../domain/inventory.ts";
import { providersMark } from "../store/changed.ts";
import { inventoryList, inventorySetUsed } from "../store/inventories.ts";
import { raced } from "./retry.ts";

export interface Ledger {
  take(at: Allocation, amount: number): void;
  /** Takes after checking the inventory's rules. */
  claim(wanted: Allocation): void;
  write(tx: Tx): Promise<void>;
}

/** What the touched inventories will have in use, worked out before anything is written. */
export async function ledgerOf(tx: Tx, allocations: readonly Allocation[]): Promise<Ledger> {
  const key = (at: { providerUuid: string; resourceClass: string }) =>
    `${at.providerUuid} ${at.resourceClass}`;
  const touched = new Set(allocations.map(key));
  const inventories = new Map<string, Inventory>();
  for (const inventory of await inventoryList(tx, [
    ...new Set(allocations.map((each) => each.providerUuid)),
  ])) {
    if (touched.has(key(inventory))) inventories.set(key(inventory), inventory);
  }
  const used = new Map([...inventories].map(([at, inventory]) => [at, inventory.used]));
  const take = (at: Allocation, amount: number) => used.set(key(at), (used.get(key(at)) ?? 0) + amount);
  return {
    take,
    claim(wanted) {
      const inventory = inventories.get(key(wanted));
      if (!inventory) throw noInventory(wanted);
      take(wanted, wanted.used);
      checkClaim(wanted, inventory, used.get(key(wanted)) ?? 0);
    },
    async write(writing) {
      const changed = new Set<string>();
      for (const [at, inventory] of inventories) {
        const now = used.get(at) ?? 0;
        if (now === inventory.used) continue;
        if (!(await inventorySetUsed(writing, inventory, now))) throw raced();
        changed.add(inventory.providerUuid);
      }
      await providersMark(writing, [...changed]);
    },
  };
}

function noInventory(wanted: Allocation): CloudError {
  return new CloudError(
    "no-capacity",
    `Unable to allocate inventory: Inventory for '${wanted.resourceClass}' on resource provider ` +
      `'${wanted.providerUuid}' invalid.`,
  );
}

/** `usedThen`: with this claim. Over capacity is still allowed when it makes less of an earlier excess. */
function checkClaim(wanted: Allocation, inventory: Inventory, usedThen: number): void {
  const failed = (why: string) =>
    new CloudError(
      "no-capacity",
      `Unable to allocate inventory: Unable to create allocation for '${wanted.resourceClass}' on resource ` +
        `provider '${wanted.providerUuid}'. The requested amount would ${why}.`,
    );
  if (!amountAllowed(inventory, wanted.used)) throw failed("violate inventory constraints");
  if (usedThen > capacityOf(inventory) && usedThen > inventory.used) throw failed("exceed the capacity");
}
