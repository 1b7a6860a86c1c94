import type { AggregateFilter, TraitFilter } from "./filters.ts";

/** The providers of this trait serve every tree that shares an aggregate with them. */
export const sharingTrait = "MISC_SHARES_VIA_AGGREGATE";

/** What one provider must give (a suffix), or the providers of one tree and those it shares (no suffix). */
export interface CandidateGroup {
  /** `""`: the unsuffixed group. */
  readonly suffix: string;
  /** None: the provider need only be there, with its traits and aggregates (since 1.36). */
  readonly resources: Readonly<Record<string, number>>;
  readonly traits: TraitFilter;
  readonly aggregates: AggregateFilter;
  /** Any provider of the wanted tree. */
  readonly inTree: string | undefined;
}

/** GET /allocation_candidates */
export interface CandidateQuery {
  readonly groups: readonly CandidateGroup[];
  /** Of the root of the tree. */
  readonly rootTraits: TraitFilter;
  /** `group_policy=isolate`: each suffixed group its own provider. */
  readonly isolate: boolean;
  /** Of each set of suffixes one group's provider must be the ancestor of the others'. */
  readonly sameSubtrees: readonly (readonly string[])[];
  /** False below 1.29: no two providers of one tree together. */
  readonly nested: boolean;
  readonly limit: number | undefined;
}
