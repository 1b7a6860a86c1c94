import type { AggregateFilter, TraitFilter } from "./filters.ts";

/** The providers of this trait serve every tree that shares an aggregate with them. */
export const sharingTrait = "MISC_SHARES_VIA_AGGREGATE";

/** The unsuffixed request group: its resources may come from several providers of one tree, and shared ones. */
export interface CandidateQuery {
  readonly resources: Readonly<Record<string, number>>;
  readonly traits: TraitFilter;
  readonly aggregates: AggregateFilter;
  /** Of the root of the tree. */
  readonly rootTraits: TraitFilter;
  /** Only from this tree. */
  readonly rootUuid: string | undefined;
  /** False below 1.29: no two providers of one tree together. */
  readonly nested: boolean;
  readonly limit: number | undefined;
}

/** A provider with room for the whole amount of one of the wanted classes. */
export interface RoomyProvider {
  readonly providerUuid: string;
  readonly rootUuid: string;
  readonly resourceClass: string;
}

/** What is known of the cloud, as far as the query asks. */
export interface CandidatePicture {
  /** In the order in which candidates are wanted. */
  readonly roomy: readonly RoomyProvider[];
  /** Provider → its traits. */
  readonly traits: ReadonlyMap<string, ReadonlySet<string>>;
  /** Provider → its aggregates. */
  readonly aggregates: ReadonlyMap<string, ReadonlySet<string>>;
  /** Root → aggregates of all providers of the tree. */
  readonly treeAggregates: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Resource class → provider that gives it. */
export type Candidate = ReadonlyMap<string, string>;

const none: ReadonlySet<string> = new Set();

/** Every way to satisfy the query, up to its limit, without repetition. */
export function candidatesOf(picture: CandidatePicture, query: CandidateQuery): Candidate[] {
  const classes = Object.keys(query.resources);
  const eligible = picture.roomy.filter((roomy) => isEligible(picture, query, roomy));
  const sharing = eligible.filter((roomy) => traitsOf(picture, roomy.providerUuid).has(sharingTrait));
  const trees = Map.groupBy(eligible, (roomy) => roomy.rootUuid);
  const rootOf = new Map(eligible.map((roomy) => [roomy.providerUuid, roomy.rootUuid]));
  const found = new Map<string, Candidate>();
  for (const [rootUuid, own] of trees) {
    if (!satisfies(traitsOf(picture, rootUuid), query.rootTraits)) continue;
    const offers = sharing.length === 0 ? own : [...own, ...sharedWith(picture, rootUuid, sharing)];
    for (const candidate of combinations(classes, offers)) {
      if (!satisfies(unionOfTraits(picture, candidate), query.traits)) continue;
      if (!query.nested && mixesTree(candidate, rootOf)) continue;
      found.set([...candidate].flat().join(" "), candidate);
      if (found.size === query.limit) return [...found.values()];
    }
  }
  return [...found.values()];
}

function mixesTree(candidate: Candidate, rootOf: ReadonlyMap<string, string>): boolean {
  const providers = new Set(candidate.values());
  return new Set([...providers].map((uuid) => rootOf.get(uuid))).size < providers.size;
}

function traitsOf(picture: CandidatePicture, uuid: string): ReadonlySet<string> {
  return picture.traits.get(uuid) ?? none;
}

function isEligible(picture: CandidatePicture, query: CandidateQuery, roomy: RoomyProvider): boolean {
  const { providerUuid, rootUuid } = roomy;
  if (query.rootUuid !== undefined && rootUuid !== query.rootUuid) return false;
  if (query.traits.forbidden.some((trait) => traitsOf(picture, providerUuid).has(trait))) return false;
  // A tree belongs to the aggregates of its root (API reference, `member_of`).
  const [own, ofRoot] = [
    picture.aggregates.get(providerUuid) ?? none,
    picture.aggregates.get(rootUuid) ?? none,
  ];
  const isMember = (aggregate: string) => own.has(aggregate) || ofRoot.has(aggregate);
  return (
    query.aggregates.required.every((anyOf) => anyOf.some(isMember)) &&
    !query.aggregates.forbidden.some(isMember)
  );
}

function sharedWith(
  picture: CandidatePicture,
  rootUuid: string,
  sharing: readonly RoomyProvider[],
): RoomyProvider[] {
  const ofTree = picture.treeAggregates.get(rootUuid) ?? none;
  return sharing.filter(
    (roomy) =>
      roomy.rootUuid !== rootUuid &&
      [...(picture.aggregates.get(roomy.providerUuid) ?? none)].some((aggregate) => ofTree.has(aggregate)),
  );
}

/** One provider for each class, in every combination. */
function* combinations(classes: readonly string[], offers: readonly RoomyProvider[]): Generator<Candidate> {
  const [first, ...rest] = classes;
  if (first === undefined) {
    yield new Map();
    return;
  }
  for (const { resourceClass, providerUuid } of offers) {
    if (resourceClass !== first) continue;
    for (const tail of combinations(rest, offers)) yield new Map([[first, providerUuid], ...tail]);
  }
}

function unionOfTraits(picture: CandidatePicture, candidate: Candidate): ReadonlySet<string> {
  const providers = [...new Set(candidate.values())];
  const [only] = providers;
  if (only !== undefined && providers.length === 1) return traitsOf(picture, only);
  return new Set(providers.flatMap((uuid) => [...traitsOf(picture, uuid)]));
}

function satisfies(traits: ReadonlySet<string>, filter: TraitFilter): boolean {
  return (
    filter.required.every((anyOf) => anyOf.some((trait) => traits.has(trait))) &&
    !filter.forbidden.some((trait) => traits.has(trait))
  );
}
