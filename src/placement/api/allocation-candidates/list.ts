import { CloudError } from "#base/errors.ts";
import { atLeast, operation } from "#http/index.ts";
import { candidateListWithSummaries, type CandidateRequest } from "../../app/candidate.ts";
import type { PlacementDeps, RequestCtx } from "../../deps.ts";
import { badRequest, placementCode } from "../../domain/errors.ts";
import {
  nothing,
  resourcesParse,
  traitConflicts,
  traitsParse,
  type TraitFilter,
} from "../../domain/filters.ts";
import { answer } from "../answer.ts";
import {
  namesSince,
  queryAggregates,
  queryAll,
  queryCheck,
  queryLast,
  queryTraits,
  queryUuid,
  type Query,
} from "../query.ts";
import { candidatesView } from "./view.ts";

const parameters = [
  ["resources", "1.10"],
  ["limit", "1.16"],
  ["required", "1.17"],
  ["member_of", "1.21"],
  ["group_policy", "1.25"],
  ["in_tree", "1.31"],
  ["root_required", "1.35"],
] as const;

/** GET /allocation_candidates, since 1.10 */
export const allocationCandidatesList = operation<PlacementDeps>({
  async handle(ctx, { query }) {
    const request = candidateRequest(ctx, query);
    const answered = await candidateListWithSummaries(ctx, request);
    return answer(ctx, candidatesView(ctx, answered, request.resources));
  },
});

function candidateRequest(ctx: RequestCtx, query: Query): CandidateRequest {
  refuseGroups(ctx, query);
  queryCheck(query, namesSince(ctx, parameters));
  const resources = queryLast(query, "resources");
  if (resources === undefined && !atLeast(ctx, "1.25")) {
    throw badRequest("Invalid query string parameters: 'resources' is a required property");
  }
  if (resources === undefined) {
    throw badRequest(
      "There must be at least one resources or resources[$S] parameter.",
      placementCode.missingValue,
    );
  }
  const traits = queryTraits(ctx, query);
  const conflicts = traitConflicts(traits);
  if (conflicts.length > 0) {
    throw badRequest(
      "Conflicting required and forbidden traits found in the following traits keys: " +
        conflicts.map((names) => `required: (${names})`).join(", "),
    );
  }
  return {
    resources: resourcesParse(resources),
    traits,
    aggregates: queryAggregates(ctx, query),
    rootTraits: rootTraits(query),
    inTree: queryUuid(query, "in_tree"),
    nested: atLeast(ctx, "1.29"),
    limit: limitOf(query),
  };
}

/** Granular groups and `same_subtree` exist since 1.25 and 1.36; an answer that ignored them would be wrong. */
function refuseGroups(ctx: RequestCtx, query: Query): void {
  const suffixed = /^(resources|required|member_of|in_tree)([1-9][0-9]*|[a-zA-Z0-9_-]{1,64})$/;
  for (const name of Object.keys(query)) {
    const known =
      name === "same_subtree" ? atLeast(ctx, "1.36") : atLeast(ctx, "1.25") && suffixed.test(name);
    if (!known) continue;
    throw new CloudError(
      "not-implemented",
      `Granular request groups are not supported yet (parameter ${name}). Ask with the unsuffixed parameters.`,
    );
  }
}

function rootTraits(query: Query): TraitFilter {
  const values = queryAll(query, "root_required");
  if (values.length === 0) return nothing;
  if (values.length > 1) {
    throw badRequest(
      "Query parameter 'root_required' may be specified only once.",
      placementCode.duplicateKey,
    );
  }
  const filter = traitsParse(values, { forbidden: true, anyOf: false });
  const conflicts = traitConflicts(filter);
  if (conflicts.length === 0) return filter;
  throw badRequest(
    `Conflicting required and forbidden traits found in root_required: ${conflicts.join(", ")}`,
    placementCode.badValue,
  );
}

function limitOf(query: Query): number | undefined {
  // The first one counts, where elsewhere it is the last (RequestWideParams.from_request).
  const [text] = queryAll(query, "limit");
  if (text === undefined) return undefined;
  if (/^[1-9][0-9]*$/.test(text)) return Number(text);
  throw badRequest(`Invalid query string parameters: '${text}' does not match '^[1-9][0-9]*$' (limit)`);
}
