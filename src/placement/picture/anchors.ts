import type { Picture } from "./picture.ts";
import type { GroupPlan } from "./plan.ts";

/** From 0 up to 1. */
export type Random = () => number;

/** The roots that may hold candidates together, by name, or drawn one after the other when there is a `random`. */
export function* anchorsOf(
  picture: Picture,
  groups: readonly GroupPlan[],
  random: Random | undefined,
): Generator<number> {
  const tree = onlyAnchor(picture, groups);
  if (tree !== undefined) yield tree;
  else if (random) yield* drawn(picture.forest.order, random);
  else yield* picture.forest.order;
}

/** A tree that one group is bound to, unless a provider of it serves other trees too. */
function onlyAnchor(picture: Picture, groups: readonly GroupPlan[]): number | undefined {
  const bound = groups.find(
    (group) => group.tree !== -1 && (group.spread || !sharesOut(picture, group.tree)),
  );
  return bound?.tree;
}

function sharesOut(picture: Picture, root: number): boolean {
  return (picture.forest.members(root) ?? [root]).some((slot) => picture.isSharer(slot));
}

/** A shuffle (Fisher-Yates) that remembers only what it moved, so that ten of a hundred thousand cost ten steps. */
function* drawn(items: readonly number[], random: Random): Generator<number> {
  const moved = new Map<number, number>();
  const at = (place: number): number => moved.get(place) ?? items[place] ?? -1;
  for (let left = items.length; left > 0; left -= 1) {
    const place = Math.floor(random() * left);
    yield at(place);
    moved.set(place, at(left - 1));
  }
}

export function shuffle(items: number[], random: Random): void {
  items.splice(0, items.length, ...drawn([...items], random));
}
