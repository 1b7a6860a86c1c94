import { sharingTrait, type CandidateGroup, type CandidateQuery } from "../domain/candidates.ts";
import type { ProviderState } from "../picture/picture.ts";

/** `provider class amount` of each, sorted, and the providers of each group: two that are the same are equal texts. */
export type CandidateText = string;

interface Solution {
  readonly group: CandidateGroup;
  readonly taken: readonly {
    readonly from: ProviderState;
    readonly resourceClass: string;
    readonly amount: number;
  }[];
  readonly providers: readonly ProviderState[];
}

/** Brute force, straight from the rules of the API reference: every tree, every combination, then every condition. */
export function naiveCandidates(cloud: readonly ProviderState[], query: CandidateQuery): Set<CandidateText> {
  const found = new Set<CandidateText>();
  for (const anchor of cloud.filter((each) => each.parentUuid === undefined)) {
    if (!traitsMatch(anchor.traits, query.rootTraits)) continue;
    const perGroup = query.groups.map((group) => solutionsOf(cloud, anchor, group));
    for (const solutions of product(perGroup)) {
      if (isAllowed(cloud, query, solutions)) found.add(textOf(solutions));
    }
  }
  return found;
}

function solutionsOf(
  cloud: readonly ProviderState[],
  anchor: ProviderState,
  group: CandidateGroup,
): Solution[] {
  const own = cloud.filter((each) => each.rootUuid === anchor.uuid);
  const guests = cloud.filter(
    (each) =>
      each.rootUuid !== anchor.uuid &&
      each.traits.includes(sharingTrait) &&
      own.some((other) => other.aggregates.some((aggregate) => each.aggregates.includes(aggregate))),
  );
  const wanted = Object.entries(group.resources);
  const tree = cloud.find((each) => each.uuid === group.inTree)?.rootUuid;
  if (group.inTree !== undefined && tree === undefined) return [];
  const solution = (taken: Solution["taken"], providers: readonly ProviderState[]): Solution => ({
    group,
    taken,
    providers,
  });
  if (group.suffix !== "") {
    if (wanted.length === 0 && group.traits.required.length + group.aggregates.required.length === 0)
      return [];
    return [...own, ...guests]
      .filter(
        (each) =>
          wanted.every(([name, amount]) => hasRoom(each, name, amount)) &&
          traitsMatch(each.traits, group.traits) &&
          isMember(each, group) &&
          !isStranger(each, group) &&
          (wanted.length === 0 || tree === undefined || each.rootUuid === tree),
      )
      .map((from) =>
        solution(
          wanted.map(([resourceClass, amount]) => ({ from, resourceClass, amount })),
          [from],
        ),
      );
  }
  if (tree !== undefined && tree !== anchor.uuid) return [];
  const usable = [
    ...own.filter((each) => isMember(each, group) || isMember(anchor, group)),
    ...(tree === undefined ? guests.filter((each) => isMember(each, group)) : []),
  ].filter(
    (each) =>
      !isStranger(each, group) &&
      !isStranger(anchor, group) &&
      !group.traits.forbidden.some((trait) => each.traits.includes(trait)),
  );
  const perClass = wanted.map(([resourceClass, amount]) =>
    usable
      .filter((each) => hasRoom(each, resourceClass, amount))
      .map((from) => ({ from, resourceClass, amount })),
  );
  return product(perClass)
    .filter((taken) =>
      traitsMatch(
        taken.flatMap(({ from }) => from.traits),
        group.traits,
      ),
    )
    .map((taken) =>
      solution(
        taken,
        taken.map(({ from }) => from),
      ),
    );
}

function isAllowed(
  cloud: readonly ProviderState[],
  query: CandidateQuery,
  solutions: readonly Solution[],
): boolean {
  const granular = solutions.filter(({ group }) => group.suffix !== "").flatMap(({ providers }) => providers);
  if (query.isolate && new Set(granular).size < granular.length) return false;
  for (const suffixes of query.sameSubtrees) {
    const inside = solutions
      .filter(({ group }) => suffixes.includes(group.suffix))
      .flatMap((each) => each.providers);
    if (!inside.some((top) => inside.every((each) => ancestryOf(cloud, each).includes(top)))) return false;
  }
  const taken = solutions.flatMap((each) => each.taken);
  const users = new Set(taken.map(({ from }) => from));
  if (!query.nested && new Set([...users].map((each) => each.rootUuid)).size < users.size) return false;
  return taken.every(({ from, resourceClass }) => {
    const sum = taken
      .filter((each) => each.from === from && each.resourceClass === resourceClass)
      .reduce((total, each) => total + each.amount, 0);
    const stock = from.inventories.find((each) => each.resourceClass === resourceClass);
    return (
      stock &&
      sum <= stock.maxUnit &&
      stock.used + sum <= (stock.total - stock.reserved) * stock.allocationRatio
    );
  });
}

function ancestryOf(cloud: readonly ProviderState[], provider: ProviderState): ProviderState[] {
  const parent = cloud.find((each) => each.uuid === provider.parentUuid);
  return parent ? [provider, ...ancestryOf(cloud, parent)] : [provider];
}

function hasRoom(provider: ProviderState, resourceClass: string, amount: number): boolean {
  const stock = provider.inventories.find((each) => each.resourceClass === resourceClass);
  if (!stock) return false;
  const allowed = amount >= stock.minUnit && amount <= stock.maxUnit && amount % stock.stepSize === 0;
  return allowed && stock.used + amount <= (stock.total - stock.reserved) * stock.allocationRatio;
}

function traitsMatch(traits: readonly string[], filter: CandidateGroup["traits"]): boolean {
  return (
    filter.required.every((anyOf) => anyOf.some((trait) => traits.includes(trait))) &&
    !filter.forbidden.some((trait) => traits.includes(trait))
  );
}

function isMember(provider: ProviderState, { aggregates }: CandidateGroup): boolean {
  return aggregates.required.every((anyOf) => anyOf.some((each) => provider.aggregates.includes(each)));
}

function isStranger(provider: ProviderState, { aggregates }: CandidateGroup): boolean {
  return aggregates.forbidden.some((each) => provider.aggregates.includes(each));
}

function product<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>(
    (heads, list) => heads.flatMap((head) => list.map((each) => [...head, each])),
    [[]],
  );
}

function textOf(solutions: readonly Solution[]): CandidateText {
  return candidateText(
    solutions.flatMap((each) => each.taken.map((take) => ({ ...take, uuid: take.from.uuid }))),
    solutions.flatMap(({ group, providers }) =>
      providers.map(({ uuid }) => ({ suffix: group.suffix, uuid })),
    ),
  );
}

export function candidateText(
  taken: readonly { readonly uuid: string; readonly resourceClass: string; readonly amount: number }[],
  mappings: readonly { readonly suffix: string; readonly uuid: string }[],
): CandidateText {
  const sums = new Map<string, number>();
  for (const { uuid, resourceClass, amount } of taken) {
    const key = `${uuid} ${resourceClass}`;
    sums.set(key, (sums.get(key) ?? 0) + amount);
  }
  const allocations = [...sums].map(([key, amount]) => `${key} ${amount}`).sort();
  const groups = new Set(mappings.map(({ suffix, uuid }) => `${suffix}: ${uuid}`));
  return [...allocations, ...[...groups].sort()].join("\n");
}
