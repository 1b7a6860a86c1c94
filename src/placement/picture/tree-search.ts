import type { CandidateQuery } from "../domain/candidates.ts";
import { shuffle, type Random } from "./anchors.ts";
import type { Picture } from "./picture.ts";
import { hasAll, hasAny, satisfies, type GroupPlan, type Need, type Plan } from "./plan.ts";

/** One provider's part of a candidate: all of a suffixed group, or one class of the unsuffixed. */
export interface Part {
  readonly suffix: string;
  readonly needs: readonly Need[];
}

/** A number: the slot of the provider of every part; else the slot for each part. */
export type Candidate = number | readonly number[];

/** A part with what is being tried for it. */
interface Place extends Part {
  readonly group: GroupPlan;
  /** After the last part of the unsuffixed group its traits can be judged. */
  readonly closesSpread: boolean;
  options: number[];
  pick: number;
}

export interface TreeSearch {
  readonly parts: readonly Part[];
  /** Tells of each candidate of this tree and its guests; true when no more are wanted. */
  tree(root: number, members: readonly number[], guests: readonly number[]): boolean;
}

/** Tries every provider of a tree, and those that it shares, for every part. */
export function createTreeSearch(
  picture: Picture,
  plan: Plan,
  query: CandidateQuery,
  options: {
    readonly random: Random | undefined;
    /** True: no more. */
    readonly found: (candidate: Candidate) => boolean;
  },
): TreeSearch {
  const places = placesOf(plan);
  const summed = new Set(plan.together.map(({ column }) => column));
  const seen = new Set<string>();

  function choose(index: number): boolean {
    const place = places[index];
    if (!place) return finish();
    for (const slot of place.options) {
      place.pick = slot;
      if (isPossible(index) && choose(index + 1)) return true;
    }
    return false;
  }

  function isPossible(index: number): boolean {
    const place = places[index];
    if (!place) return false;
    const before = places.slice(0, index).filter((other) => other.pick === place.pick);
    if (query.isolate && !place.group.spread && before.some((other) => !other.group.spread)) return false;
    for (const { column, amount } of place.needs) {
      if (!summed.has(column)) continue;
      const others = before.flatMap((other) => other.needs).filter((need) => need.column === column);
      if (
        !column.holds(
          place.pick,
          others.reduce((sum, need) => sum + need.amount, amount),
        )
      )
        return false;
    }
    return !place.closesSpread || coversTogether(place.group);
  }

  /** The traits of a spread group's providers count together. */
  function coversTogether(group: GroupPlan): boolean {
    const picks = places.filter((place) => place.group === group).map((place) => place.pick);
    return group.traits.required.every((anyOf) => picks.some((slot) => hasAny(anyOf, slot)));
  }

  function finish(): boolean {
    if (!query.nested && mixesTrees()) return false;
    if (!query.sameSubtrees.every(isOneSubtree)) return false;
    const slots = places.map((place) => place.pick);
    // Only sharing providers are met again from another tree.
    if (slots.every((slot) => picture.isSharer(slot))) {
      const key = slots.join(" ");
      if (seen.has(key)) return false;
      seen.add(key);
    }
    const [first] = slots;
    return options.found(first !== undefined && slots.every((slot) => slot === first) ? first : slots);
  }

  /** Whether two of the providers are of one tree. */
  function mixesTrees(): boolean {
    const used = new Set(places.filter((place) => place.needs.length > 0).map((place) => place.pick));
    return new Set([...used].map((slot) => picture.forest.root(slot))).size < used.size;
  }

  function isOneSubtree(suffixes: readonly string[]): boolean {
    const picks = places.filter((place) => suffixes.includes(place.suffix)).map((place) => place.pick);
    return picks.some((top) => picks.every((slot) => isBelow(picture, slot, top)));
  }

  return {
    parts: places,
    tree(root, members, guests) {
      for (const place of places) {
        place.options = place.group.spread
          ? spreadOptions(picture, place, { root, members, guests })
          : [...members, ...guests].filter((slot) => satisfies(picture, place.group, slot));
        if (place.options.length === 0) return false;
        if (options.random) shuffle(place.options, options.random);
      }
      return choose(0);
    },
  };
}

function placesOf(plan: Plan): Place[] {
  return plan.groups.flatMap((group) => {
    const parts = group.spread ? group.needs.map((need) => [need]) : [group.needs];
    return parts.map((needs, index) => ({
      suffix: group.suffix,
      group,
      needs,
      closesSpread: group.spread && index === parts.length - 1,
      options: [],
      pick: -1,
    }));
  });
}

/** A tree belongs to the aggregates of its root; a guest must be in them itself, and has no part in a question about one tree. */
function spreadOptions(
  picture: Picture,
  { group, needs }: Place,
  tree: { readonly root: number; readonly members: readonly number[]; readonly guests: readonly number[] },
): number[] {
  const { root } = tree;
  if (group.tree !== -1 && group.tree !== root) return [];
  if (hasAny(group.aggregates.forbidden, root)) return [];
  const belongs = (slot: number) => hasAll(group.aggregates.required, slot);
  const fits = (slot: number) =>
    needs.every(({ column, amount }) => column.fits(slot, amount)) &&
    !hasAny(group.traits.forbidden, slot) &&
    !hasAny(group.aggregates.forbidden, slot);
  const ofRoot = belongs(root);
  const own = tree.members.filter((slot) => fits(slot) && (ofRoot || belongs(slot)));
  const guests = group.tree === -1 ? tree.guests.filter((slot) => fits(slot) && belongs(slot)) : [];
  return [...own, ...guests];
}

/** Whether it is `top` or lies under it. */
function isBelow(picture: Picture, slot: number, top: number): boolean {
  for (let at = slot; at >= 0; at = picture.forest.parent(at)) if (at === top) return true;
  return false;
}
