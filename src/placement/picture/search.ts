import type { CandidateQuery } from "../domain/candidates.ts";
import { anchorsOf, type Random } from "./anchors.ts";
import type { Picture } from "./picture.ts";
import { hasAll, hasAny, planMake, satisfies, type Plan } from "./plan.ts";
import { createTreeSearch, type Candidate, type Part } from "./tree-search.ts";

export interface Found {
  readonly parts: readonly Part[];
  readonly candidates: readonly Candidate[];
}

/**
 * Every way to satisfy the query, up to its limit, without repetition (placement.objects.allocation_candidate). Trees are
 * looked at one after the other, only until there is enough.
 */
export function candidatesSearch(picture: Picture, query: CandidateQuery, random?: Random): Found {
  const plan = planMake(picture, query);
  if (!plan) return { parts: [], candidates: [] };
  const { forest, shared } = picture;
  const limit = query.limit ?? Infinity;
  const candidates: Candidate[] = [];
  const search = createTreeSearch(picture, plan, query, {
    random,
    found: (candidate) => candidates.push(candidate) >= limit,
  });
  const single = !query.isolate || plan.groups.filter((group) => !group.spread).length < 2;
  for (const root of anchorsOf(picture, plan.groups, random)) {
    if (!hasAll(plan.rootTraits.required, root) || hasAny(plan.rootTraits.forbidden, root)) continue;
    const guests = shared.size === 0 ? undefined : shared.get(root);
    const members = forest.members(root);
    if (guests !== undefined || members !== undefined || picture.isSharer(root)) {
      if (search.tree(root, members ?? [root], guests ?? [])) break;
    } else if (single && servesAlone(picture, plan, root) && candidates.push(root) >= limit) {
      break;
    }
  }
  return { parts: search.parts, candidates };
}

function servesAlone(picture: Picture, plan: Plan, slot: number): boolean {
  for (const group of plan.groups) if (!satisfies(picture, group, slot)) return false;
  for (const { column, amount } of plan.together) if (!column.holds(slot, amount)) return false;
  return true;
}
