import type { PlacementCtx } from "../deps.ts";
import { candidatesOf, type Candidate, type CandidateQuery } from "../domain/candidates.ts";
import { badRequest } from "../domain/errors.ts";
import type { Inventory } from "../domain/inventory.ts";
import type { Provider } from "../domain/provider.ts";
import { candidatePicture } from "../store/candidates.ts";
import { inventoryList } from "../store/inventories.ts";
import { providerTraitList } from "../store/provider-traits.ts";
import { providerFind, providerListByUuid, providerListOfTrees } from "../store/providers.ts";
import { resourceClassesCheck } from "./resource-class.ts";
import { traitsCheck } from "./trait.ts";

export interface CandidateSummary {
  readonly provider: Provider;
  readonly inventories: readonly Inventory[];
  readonly traits: readonly string[];
}

export interface CandidateAnswer {
  readonly candidates: readonly Candidate[];
  readonly summaries: readonly CandidateSummary[];
}

/** `inTree`: any provider of the wanted tree; one that does not exist has no candidates. */
export type CandidateRequest = Omit<CandidateQuery, "rootUuid"> & { readonly inTree: string | undefined };

export async function candidateList(ctx: PlacementCtx, request: CandidateRequest): Promise<Candidate[]> {
  const { db } = ctx.deps.database;
  const { inTree, ...query } = request;
  await resourceClassesCheck(db, Object.keys(query.resources), (text) =>
    badRequest(`Invalid resource class in resources parameter: ${text}`),
  );
  const names = [query.traits, query.rootTraits].flatMap((filter) => [
    ...filter.required.flat(),
    ...filter.forbidden,
  ]);
  await traitsCheck(db, names, (text) => badRequest(text));
  const member = inTree === undefined ? undefined : await providerFind(db, inTree);
  if (inTree !== undefined && !member) return [];
  const located = { ...query, rootUuid: member?.rootUuid };
  return candidatesOf(await candidatePicture(db, located), located);
}

/** With the state of the providers: of the whole trees since 1.29, of the used providers before. */
export async function candidateListWithSummaries(
  ctx: PlacementCtx,
  request: CandidateRequest,
): Promise<CandidateAnswer> {
  const { db } = ctx.deps.database;
  const candidates = await candidateList(ctx, request);
  const used = [...new Set(candidates.flatMap((candidate) => [...candidate.values()]))];
  const summaries: CandidateSummary[] = [];
  // In portions, because a database allows some ten thousand parameters in one statement.
  for (let start = 0; start < used.length; start += 5_000) {
    const own = await providerListByUuid(db, used.slice(start, start + 5_000));
    const roots = [...new Set(own.map((provider) => provider.rootUuid))];
    const providers = request.nested ? await providerListOfTrees(db, roots) : own;
    const uuids = providers.map((provider) => provider.uuid);
    const inventories = Map.groupBy(await inventoryList(db, uuids), (each) => each.providerUuid);
    const traits = Map.groupBy(await providerTraitList(db, uuids), (each) => each.provider_uuid);
    for (const provider of providers) {
      summaries.push({
        provider,
        inventories: inventories.get(provider.uuid) ?? [],
        traits: (traits.get(provider.uuid) ?? []).map((row) => row.trait),
      });
    }
  }
  return { candidates, summaries };
}
