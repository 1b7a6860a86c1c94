import type { PlacementCtx } from "../deps.ts";
import type { CandidateQuery } from "../domain/candidates.ts";
import { badRequest } from "../domain/errors.ts";
import type { TraitFilter } from "../domain/filters.ts";
import type { Picture } from "../picture/picture.ts";
import { candidatesSearch, type Found } from "../picture/search.ts";
import { resourceClassesCheck } from "./resource-class.ts";
import { traitsCheck } from "./trait.ts";

/** With the picture that they were found in: to be looked at without awaiting anything. */
export interface CandidateAnswer extends Found {
  readonly picture: Picture;
}

/** Throws `invalid` for a resource class or a trait that does not exist. */
export async function candidateList(ctx: PlacementCtx, query: CandidateQuery): Promise<CandidateAnswer> {
  await traitNamesCheck(ctx, query.rootTraits);
  for (const group of query.groups) await candidateNamesCheck(ctx, group);
  const picture = await ctx.deps.picture.current();
  const random = ctx.deps.randomizeCandidates ? Math.random : undefined;
  return { picture, ...candidatesSearch(picture, query, random) };
}

export async function candidateNamesCheck(
  ctx: PlacementCtx,
  asked: { readonly resources: Readonly<Record<string, number>>; readonly traits: TraitFilter },
): Promise<void> {
  await resourceClassesCheck(ctx.deps.database.db, Object.keys(asked.resources), (text) =>
    badRequest(`Invalid resource class in resources parameter: ${text}`),
  );
  await traitNamesCheck(ctx, asked.traits);
}

function traitNamesCheck(ctx: PlacementCtx, { required, forbidden }: TraitFilter): Promise<void> {
  return traitsCheck(ctx.deps.database.db, [...required.flat(), ...forbidden], (text) => badRequest(text));
}
