import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sharingTrait, type CandidateGroup, type CandidateQuery } from "../domain/candidates.ts";
import { nothing } from "../domain/filters.ts";
import { candidateText, naiveCandidates, type CandidateText } from "../testing/naive-candidates.ts";
import { Picture, type ProviderState } from "./picture.ts";
import { candidatesSearch, type Found } from "./search.ts";

const classes = ["VCPU", "MEMORY_MB", "DISK_GB"] as const;
const traits = ["HW_A", "HW_B", "CUSTOM_C"] as const;
const aggregates = ["agg-1", "agg-2", "agg-3"] as const;

const stock = fc.record({
  total: fc.integer({ min: 3, max: 12 }),
  reserved: fc.integer({ min: 0, max: 2 }),
  minUnit: fc.constantFrom(1, 1, 1, 1, 2),
  maxUnit: fc.constantFrom(2, 5, 9),
  stepSize: fc.constantFrom(1, 1, 1, 1, 2),
  allocationRatio: fc.constantFrom(0.5, 1, 1, 1.5),
  used: fc.constantFrom(0, 0, 0, 1, 4),
});
const provider = fc.record({
  /** Of those before it; beyond: a root. */
  parent: fc.integer({ min: 0, max: 7 }),
  stocks: fc.tuple(...classes.map((name) => fc.option(fc.tuple(fc.constant(name), stock), { freq: 5 }))),
  traits: fc.subarray([...traits]),
  shares: fc.integer({ min: 0, max: 4 }),
  aggregates: fc.subarray([...aggregates], { maxLength: 2 }),
});

const cloudOf = fc.array(provider, { minLength: 2, maxLength: 6 }).map((providers) => {
  const states: ProviderState[] = [];
  for (const [index, each] of providers.entries()) {
    const uuid = `uuid-${index}`;
    const parent = states[each.parent];
    states.push({
      uuid,
      name: `name-${(index * 5) % 7}`,
      parentUuid: parent?.uuid,
      rootUuid: parent?.rootUuid ?? uuid,
      changed: index,
      inventories: each.stocks
        .filter((entry) => entry !== null)
        .map(([resourceClass, settings]) => ({
          ...settings,
          providerUuid: uuid,
          resourceClass,
        })),
      traits: each.shares === 0 ? [...each.traits, sharingTrait] : each.traits,
      aggregates: each.aggregates,
    });
  }
  return states;
});

const sometimes = <T>(value: fc.Arbitrary<T>, otherwise: T) =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(otherwise) }, { weight: 1, arbitrary: value });
const filter = (names: readonly string[]) =>
  fc.record({
    required: sometimes(fc.array(fc.subarray([...names], { minLength: 1 }), { maxLength: 2 }), []),
    forbidden: sometimes(fc.subarray([...names], { maxLength: 1 }), []),
  });
const resources = fc
  .subarray([...classes], { minLength: 1 })
  .chain((names) =>
    fc.tuple(...names.map((name) => fc.constantFrom(1, 1, 2, 3).map((amount) => [name, amount] as const))),
  )
  .map((pairs) => Object.fromEntries(pairs));
const group = (suffix: string): fc.Arbitrary<CandidateGroup> =>
  fc.record({
    suffix: fc.constant(suffix),
    resources:
      suffix === ""
        ? resources
        : fc.oneof({ weight: 4, arbitrary: resources }, { weight: 1, arbitrary: fc.constant({}) }),
    traits: filter(traits),
    aggregates: filter(aggregates),
    inTree: sometimes(fc.constantFrom("uuid-0", "uuid-1", "uuid-2", "uuid-none"), undefined),
  });
const queryOf: fc.Arbitrary<CandidateQuery> = fc.record({
  groups: fc
    .tuple(
      fc.option(group(""), { freq: 4 }),
      fc.option(group("_A"), { freq: 2 }),
      fc.option(group("_B"), { freq: 2 }),
    )
    .map((groups) => groups.filter((each) => each !== null)),
  rootTraits: sometimes(filter(traits), nothing),
  isolate: fc.boolean(),
  sameSubtrees: sometimes(fc.array(fc.subarray(["_A", "_B"], { minLength: 1 }), { maxLength: 2 }), []),
  nested: fc.constantFrom(true, true, false),
  limit: fc.constant(undefined),
});

/** Only suffixes of groups that there are may be named. */
function asked(query: CandidateQuery): CandidateQuery {
  const suffixes = new Set(query.groups.map((each) => each.suffix));
  return {
    ...query,
    sameSubtrees: query.sameSubtrees.filter((set) => set.every((suffix) => suffixes.has(suffix))),
  };
}

function textsOf(picture: Picture, { parts, candidates }: Found): CandidateText[] {
  return candidates.map((candidate) => {
    const slots = parts.map((_, index) =>
      typeof candidate === "number" ? candidate : (candidate[index] ?? -1),
    );
    const at = parts.map((part, index) => ({ ...part, uuid: picture.uuid(slots[index] ?? -1) }));
    return candidateText(
      at.flatMap(({ needs, uuid }) =>
        needs.map(({ resourceClass, amount }) => ({ uuid, resourceClass, amount })),
      ),
      at,
    );
  });
}

const seldom = { done: 0, several: 0 };

test("the same candidates as brute force, for any trees and any query", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(cloudOf, queryOf, fc.integer({ min: 1, max: 4 }), (cloud, anyQuery, limit) => {
      const query = asked(anyQuery);
      if (query.groups.length === 0) return;
      const picture = new Picture();
      picture.apply([], cloud);
      const expected = naiveCandidates(cloud, query);
      const texts = textsOf(picture, candidatesSearch(picture, query));
      expect(texts.toSorted()).toEqual([...expected].sort());
      seldom.done += 1;
      if (expected.size > 1) seldom.several += 1;
      for (const random of [undefined, Math.random]) {
        const some = textsOf(picture, candidatesSearch(picture, { ...query, limit }, random));
        expect(new Set(some).size).toBe(Math.min(limit, expected.size));
        expect(some.every((text) => expected.has(text))).toBe(true);
      }
    }),
    { numRuns: 5_000 },
  );
  // A test of questions without answers would prove little.
  expect(seldom.several).toBeGreaterThan(seldom.done / 10);
});

test("a random order begins anywhere, and leaves nothing out", () => {
  const cloud = Array.from({ length: 50 }, (_, index) => ({
    uuid: `uuid-${index}`,
    name: `name-${index}`,
    parentUuid: undefined,
    rootUuid: `uuid-${index}`,
    changed: index,
    inventories: [
      {
        providerUuid: `uuid-${index}`,
        resourceClass: "VCPU",
        total: 1,
        reserved: 0,
        minUnit: 1,
        maxUnit: 1,
        stepSize: 1,
        allocationRatio: 1,
        used: 0,
      },
    ],
    traits: [],
    aggregates: [],
  }));
  const picture = new Picture();
  picture.apply([], cloud);
  const group_ = {
    suffix: "",
    resources: { VCPU: 1 },
    traits: nothing,
    aggregates: nothing,
    inTree: undefined,
  };
  const query = {
    groups: [group_],
    rootTraits: nothing,
    isolate: false,
    sameSubtrees: [],
    nested: true,
    limit: 1,
  };
  const first = new Map<string, number>();
  for (let round = 0; round < 5_000; round += 1) {
    const [text] = textsOf(picture, candidatesSearch(picture, query, Math.random));
    first.set(text ?? "", (first.get(text ?? "") ?? 0) + 1);
  }
  expect(first.size).toBe(50);
  // A hundred each on average: six standard deviations.
  expect(Math.max(...first.values())).toBeLessThan(160);
  const all = textsOf(picture, candidatesSearch(picture, { ...query, limit: undefined }, Math.random));
  expect(new Set(all).size).toBe(50);
});
