import type { Forest } from "./forest.ts";

export interface Sharing {
  readonly sharers: Iterable<number>;
  aggregatesOf(slot: number): readonly string[];
  slotsOf(aggregate: string): Iterable<number>;
}

/** Root → sharing providers of other trees (placement's "anchors", research_context.anchors_for_sharing_providers). */
export function sharedByRoot(forest: Forest, sharing: Sharing): Map<number, number[]> {
  const shared = new Map<number, number[]>();
  for (const sharer of sharing.sharers) {
    const anchors = new Set<number>();
    for (const aggregate of sharing.aggregatesOf(sharer)) {
      for (const slot of sharing.slotsOf(aggregate)) anchors.add(forest.root(slot));
    }
    anchors.delete(forest.root(sharer));
    for (const root of anchors) {
      const known = shared.get(root);
      if (known) known.push(sharer);
      else shared.set(root, [sharer]);
    }
  }
  return shared;
}
