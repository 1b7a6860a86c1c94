import { expect, test } from "vitest";
import type { Allocation, AllocationRequest } from "./allocation.ts";
import { badRequest } from "./errors.ts";
import { inventoryDefaults, type Inventory } from "./inventory.ts";
import { ledgerDecide, type LedgerState } from "./ledger.ts";

/** Ten units, of which the consumer `c` has twelve: the total was made less after the claim. */
function overCapacity(): LedgerState {
  const key = { providerUuid: "p", resourceClass: "VCPU" };
  const inventory: Inventory = { ...inventoryDefaults, ...key, total: 10, used: 12, updatedAtMs: 0 };
  const held: Allocation = { ...key, consumerUuid: "c", used: 12, createdAtMs: 0 };
  const times = { createdAtMs: 0, updatedAtMs: 0 };
  const owner = { projectId: "p", userId: "u", consumerType: undefined };
  return {
    consumers: new Map([["c", { uuid: "c", generation: 1, ...owner, ...times }]]),
    allocations: new Map([["c", [held]]]),
    generations: new Map([["p", 3]]),
    inventories: new Map([["p", new Map([["VCPU", inventory]])]]),
    customClasses: new Set(),
  };
}

const ask = (consumerUuid: string, amount: number): AllocationRequest => ({
  consumerUuid,
  projectId: "p",
  userId: "u",
  consumerGeneration: undefined,
  consumerType: undefined,
  resources: { p: { VCPU: amount } },
});

const replace = (...requests: AllocationRequest[]) =>
  ledgerDecide(overCapacity(), { kind: "replace", requests, unknownClass: badRequest }, 0);

test("over capacity, what makes no more of the excess is allowed, and nothing else", () => {
  for (const amount of [12, 11, 10]) expect([...replace(ask("c", amount)).used.values()]).toEqual([amount]);
  expect(() => replace(ask("c", 13))).toThrow("exceed the capacity");
  expect(() => replace(ask("d", 1))).toThrow("exceed the capacity");
  expect([...replace(ask("c", 7), ask("d", 5)).used.values()]).toEqual([12]);
  expect(() => replace(ask("c", 7), ask("d", 6))).toThrow("exceed the capacity");
});

test("a provider that has none of the classes asked for is named with all of them", () => {
  const request = { ...ask("d", 1), resources: { p: { DISK_GB: 1, MEMORY_MB: 1 } } };
  expect(() => replace(request)).toThrow(
    "Inventory for 'DISK_GB, MEMORY_MB' on resource provider 'p' invalid.",
  );
});

test("the state that a change is decided on stays as it is", () => {
  const state = overCapacity();
  const before = structuredClone(state);
  ledgerDecide(state, { kind: "erase", consumerUuid: "c", mustHold: true }, 0);
  ledgerDecide(state, { kind: "replace", requests: [ask("c", 1)], unknownClass: badRequest }, 0);
  expect(state).toEqual(before);
});
