import * as fc from "fast-check";
import type { InventorySettings } from "../domain/inventory.ts";

/*
 * Random changes of what consumers hold of three providers: a list is a batch, the rest are reshapes. Providers and
 * consumers are numbers here.
 */

/** One of the first ones, and rarely the last. */
const often = <T>(weight: number, usual: readonly T[], rare: T) =>
  fc.oneof({ weight, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constant(rare) });

const amounts = fc.dictionary(
  often(30, ["VCPU", "VCPU", "DISK_GB", "CUSTOM_GOLD"], "CUSTOM_NONE"),
  often(10, [1, 2, 3, 4], 5),
  { minKeys: 1, maxKeys: 2 },
);
/** Of the fourth provider there is none. */
const resources = fc.dictionary(often(30, ["0", "1", "2"], "3"), amounts, { maxKeys: 2 });
const request = fc.record({
  consumer: fc.nat({ max: 4 }),
  /** `own`: what it is just then. */
  generation: often(8, ["own", "unchecked", "own", "null"], "wrong"),
  project: fc.constantFrom("p", "q", undefined),
  type: fc.constantFrom("INSTANCE", "MIGRATION", undefined),
  resources,
});
export type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;
const settings: fc.Arbitrary<InventorySettings> = fc.record({
  total: fc.integer({ min: 2, max: 20 }),
  reserved: fc.integer({ min: 0, max: 1 }),
  minUnit: often(8, [1], 2),
  maxUnit: fc.constantFrom(4, 5),
  stepSize: often(8, [1], 2),
  allocationRatio: fc.constantFrom(1, 1, 1.5, 2),
});
export const inventories = fc.record(
  { VCPU: settings, DISK_GB: settings, CUSTOM_GOLD: settings },
  { requiredKeys: [] },
);
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("put" as const), request }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("post" as const),
      requests: fc.uniqueArray(request, { minLength: 1, maxLength: 3, selector: (each) => each.consumer }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("claim" as const), request }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("erase" as const),
      consumer: fc.nat({ max: 4 }),
      mustHold: fc.boolean(),
    }),
  },
);
export const step = fc.oneof(
  { weight: 3, arbitrary: fc.array(change, { minLength: 1, maxLength: 9 }) },
  {
    weight: 1,
    arbitrary: fc.record({
      stale: fc.constantFrom(0, 0, 0, 1),
      providers: fc.dictionary(fc.constantFrom("0", "1", "2"), inventories, { minKeys: 1, maxKeys: 2 }),
      requests: fc.uniqueArray(request, { maxLength: 3, selector: (each) => each.consumer }),
    }),
  },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
export type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
