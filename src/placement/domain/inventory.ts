/** What a provider has of one resource class. */
export interface InventorySettings {
  readonly total: number;
  readonly reserved: number;
  /** Least and most that one consumer may take at once, and the step between. */
  readonly minUnit: number;
  readonly maxUnit: number;
  readonly stepSize: number;
  readonly allocationRatio: number;
}

export interface Inventory extends InventorySettings {
  readonly providerUuid: string;
  readonly resourceClass: string;
  /** Taken by all consumers together. */
  readonly used: number;
  readonly updatedAtMs: number;
}

/** Of a signed 32-bit column: the API's limit for every amount. */
export const maxAmount = 0x7fffffff;

/** Placement's defaults for what a request leaves out. */
export const inventoryDefaults: Omit<InventorySettings, "total"> = {
  reserved: 0,
  minUnit: 1,
  maxUnit: maxAmount,
  stepSize: 1,
  allocationRatio: 1,
};

export function capacityOf(
  inventory: Pick<InventorySettings, "total" | "reserved" | "allocationRatio">,
): number {
  return (inventory.total - inventory.reserved) * inventory.allocationRatio;
}

/** Whether min, max and step let one consumer take this amount. */
export function amountAllowed(inventory: InventorySettings, amount: number): boolean {
  return amount >= inventory.minUnit && amount <= inventory.maxUnit && amount % inventory.stepSize === 0;
}
