import type { CandidateGroup, CandidateQuery } from "../domain/candidates.ts";
import type { AggregateFilter, TraitFilter } from "../domain/filters.ts";
import type { Bits, Column } from "./columns.ts";
import type { Picture } from "./picture.ts";

/** So much of one class. */
export interface Need {
  readonly resourceClass: string;
  readonly column: Column;
  readonly amount: number;
}

/** At least one of each of `required`, none of `forbidden`. */
interface Sieve<Slots> {
  readonly required: readonly (readonly Slots[])[];
  readonly forbidden: readonly Slots[];
}

/** A group in terms of the picture. */
export interface GroupPlan {
  readonly suffix: string;
  /** Its needs may be met by several providers. */
  readonly spread: boolean;
  readonly needs: readonly Need[];
  readonly traits: Sieve<Bits>;
  readonly aggregates: Sieve<ReadonlySet<number>>;
  /** Root of the only tree that may serve it; -1: any. */
  readonly tree: number;
}

/** A query in terms of the picture. */
export interface Plan {
  readonly groups: readonly GroupPlan[];
  readonly rootTraits: Sieve<Bits>;
  /** What several groups ask for, with the sum: they may meet at one provider. */
  readonly together: readonly Pick<Need, "column" | "amount">[];
}

/** Undefined: no provider at all has something that is asked for. */
export function planMake(picture: Picture, query: CandidateQuery): Plan | undefined {
  const rootTraits = traitSieve(picture, query.rootTraits);
  if (!rootTraits) return undefined;
  const groups: GroupPlan[] = [];
  for (const group of query.groups) {
    const plan = groupPlan(picture, group);
    if (!plan) return undefined;
    groups.push(plan);
  }
  const byColumn = Map.groupBy(
    groups.flatMap((group) => group.needs),
    (need) => need.column,
  );
  const together = [...byColumn]
    .filter(([, needs]) => needs.length > 1)
    .map(([column, needs]) => ({ column, amount: needs.reduce((sum, need) => sum + need.amount, 0) }));
  return { groups, rootTraits, together };
}

export function groupPlan(picture: Picture, group: CandidateGroup): GroupPlan | undefined {
  const needs: Need[] = [];
  for (const [resourceClass, amount] of Object.entries(group.resources)) {
    const column = picture.column(resourceClass);
    if (!column) return undefined;
    needs.push({ resourceClass, column, amount });
  }
  const traits = traitSieve(picture, group.traits);
  const aggregates = aggregateSieve(picture, group.aggregates);
  if (!traits || !aggregates) return undefined;
  const member = group.inTree === undefined ? undefined : picture.slot(group.inTree);
  if (group.inTree !== undefined && member === undefined) return undefined;
  const asksNothing = needs.length === 0;
  // As Placement has it (research_context.get_provider_ids_matching): what only forbids finds nobody, and a tree counts for
  // resources alone.
  if (asksNothing && traits.required.length + aggregates.required.length === 0) return undefined;
  const tree = member === undefined || asksNothing ? -1 : picture.forest.root(member);
  return { suffix: group.suffix, spread: group.suffix === "", needs, traits, aggregates, tree };
}

function traitSieve(picture: Picture, filter: TraitFilter): Sieve<Bits> | undefined {
  return sieve(filter, (trait) => picture.withTrait(trait));
}

function aggregateSieve(picture: Picture, filter: AggregateFilter): Sieve<ReadonlySet<number>> | undefined {
  return sieve(filter, (aggregate) => picture.inAggregate(aggregate));
}

function sieve<Slots>(
  filter: TraitFilter | AggregateFilter,
  slotsOf: (name: string) => Slots | undefined,
): Sieve<Slots> | undefined {
  const known = (names: readonly string[]): Slots[] =>
    names.map(slotsOf).filter((slots) => slots !== undefined);
  const required = filter.required.map(known);
  if (required.some((anyOf) => anyOf.length === 0)) return undefined;
  return { required, forbidden: known(filter.forbidden) };
}

interface HasSlot {
  has(slot: number): boolean;
}

export function hasAll(required: readonly (readonly HasSlot[])[], slot: number): boolean {
  for (const anyOf of required) if (!hasAny(anyOf, slot)) return false;
  return true;
}

export function hasAny(anyOf: readonly HasSlot[], slot: number): boolean {
  for (const slots of anyOf) if (slots.has(slot)) return true;
  return false;
}

/** Whether the provider satisfies the whole group by itself. */
export function satisfies(picture: Picture, plan: GroupPlan, slot: number): boolean {
  for (const { column, amount } of plan.needs) if (!column.fits(slot, amount)) return false;
  return (
    hasAll(plan.traits.required, slot) &&
    !hasAny(plan.traits.forbidden, slot) &&
    hasAll(plan.aggregates.required, slot) &&
    !hasAny(plan.aggregates.forbidden, slot) &&
    (plan.tree === -1 || picture.forest.root(slot) === plan.tree)
  );
}
