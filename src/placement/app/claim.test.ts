import * as fc from "fast-check";
import { expect, test } from "vitest";
import { newUuid } from "#base/ids.ts";
import { startPlacement } from "../testing/start.ts";

const classes = ["VCPU", "MEMORY_MB", "DISK_GB"] as const;
const traitNames = ["COMPUTE_SECURITY_TPM_2_0", "COMPUTE_SECURITY_TPM_1_2", "HW_CPU_X86_AVX"] as const;

const inventory = fc
  .record({
    total: fc.integer({ min: 1, max: 12 }),
    reserved: fc.integer({ min: 0, max: 3 }),
    minUnit: fc.integer({ min: 1, max: 2 }),
    maxUnit: fc.integer({ min: 1, max: 8 }),
    stepSize: fc.integer({ min: 1, max: 3 }),
    allocationRatio: fc.constantFrom(0.5, 1, 1.5, 2),
    take: fc.integer({ min: 1, max: 6 }),
  })
  .map((each) => ({ ...each, reserved: Math.min(each.reserved, each.total) }));
const host = fc.record({
  inventories: fc.record({ VCPU: inventory, MEMORY_MB: inventory, DISK_GB: inventory }, { requiredKeys: [] }),
  traits: fc.subarray([...traitNames]),
});
const question = fc.record({
  resources: fc
    .subarray([...classes], { minLength: 1 })
    .chain((names) =>
      fc.tuple(
        ...names.map((name) => fc.integer({ min: 1, max: 6 }).map((amount) => [name, amount] as const)),
      ),
    ),
  requiredTraits: fc.subarray([...traitNames], { maxLength: 2 }),
  forbiddenTraits: fc.subarray([...traitNames], { maxLength: 1 }),
});

/** Brute force, straight from the definition: per host, is every class there, allowed and free? */
test("candidatesFind and the claims agree with a naive model", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(host, { maxLength: 5 }),
      fc.array(question, { minLength: 4, maxLength: 8 }),
      async (hosts, questions) => {
        const cloud = await startPlacement();
        try {
          const model = new Map<
            string,
            { traits: string[]; free: (name: string, amount: number) => boolean }
          >();
          for (const [index, each] of hosts.entries()) {
            const [uuid, name] = [newUuid(), `host-${index}`];
            await cloud.placement.providerEnsure({
              uuid,
              name,
              inventories: each.inventories,
              traits: each.traits,
            });
            const taken = new Map<string, number>();
            const free = (resourceClass: string, amount: number): boolean => {
              const has = Object.entries(each.inventories).find(([key]) => key === resourceClass)?.[1];
              if (!has) return false;
              const steps = amount % has.stepSize === 0 && amount >= has.minUnit && amount <= has.maxUnit;
              const left = (has.total - has.reserved) * has.allocationRatio - (taken.get(resourceClass) ?? 0);
              return steps && amount <= left;
            };
            for (const [resourceClass, { take }] of Object.entries(each.inventories)) {
              const claim = cloud.placement.allocationClaim({
                consumerUuid: newUuid(),
                providerUuid: uuid,
                resources: { [resourceClass]: take },
                projectId: "p",
                userId: "u",
              });
              const fits = free(resourceClass, take);
              expect(
                await claim.then(
                  () => true,
                  () => false,
                ),
              ).toBe(fits);
              if (fits) taken.set(resourceClass, (taken.get(resourceClass) ?? 0) + take);
            }
            model.set(name, { traits: each.traits, free });
          }
          for (const { resources, requiredTraits, forbiddenTraits } of questions) {
            const expected = [...model]
              .filter(
                ([, { traits, free }]) =>
                  resources.every(([name, amount]) => free(name, amount)) &&
                  requiredTraits.every((trait) => traits.includes(trait)) &&
                  !forbiddenTraits.some((trait) => traits.includes(trait)),
              )
              .map(([name]) => name);
            const found = await cloud.placement.candidatesFind({
              resources: Object.fromEntries(resources),
              requiredTraits,
              forbiddenTraits,
            });
            expect(found.map((each) => each.providerName)).toEqual(expected);
          }
        } finally {
          await cloud.close();
        }
      },
    ),
    { numRuns: 12 },
  );
});
