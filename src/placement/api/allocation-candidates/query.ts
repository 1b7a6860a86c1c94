import { atLeast } from "#http/index.ts";
import type { RequestCtx } from "../../deps.ts";
import type { CandidateQuery } from "../../domain/candidates.ts";
import { badRequest, placementCode } from "../../domain/errors.ts";
import { nothing, traitConflicts, traitsParse, type TraitFilter } from "../../domain/filters.ts";
import { namesSince, queryAll, queryCheck, type Query } from "../query.ts";
import { groupName, groupNames, groupPatterns, groupsParse } from "./groups.ts";

const parameters = [
  ["limit", "1.16"],
  ["group_policy", "1.25"],
  ["root_required", "1.35"],
  ["same_subtree", "1.36"],
] as const;

/** In the order in which Placement finds faults (handlers/allocation_candidate.py, lib.py). */
export function candidateQuery(ctx: RequestCtx, query: Query): CandidateQuery {
  schemaCheck(ctx, query);
  const limit = queryAll(query, "limit")[0];
  const policy = queryAll(query, "group_policy")[0];
  const rootTraits = rootTraitsOf(query);
  const sameSubtrees = queryAll(query, "same_subtree").map(suffixesOf);
  const groups = groupsParse(ctx, query, sameSubtrees);
  if (policy === undefined && groups.filter((group) => group.suffix !== "").length > 1) {
    throw badRequest(
      'The "group_policy" parameter is required when specifying more than one "resources{N}" parameter.',
    );
  }
  return {
    groups,
    rootTraits,
    isolate: policy === "isolate",
    sameSubtrees,
    nested: atLeast(ctx, "1.29"),
    limit: limit === undefined ? undefined : Number(limit),
  };
}

function schemaCheck(ctx: RequestCtx, query: Query): void {
  const wrong = (what: string) => badRequest(`Invalid query string parameters: ${what}`);
  const names = namesSince(ctx, parameters);
  if (!atLeast(ctx, "1.25")) {
    queryCheck(query, [...names, ...groupNames(ctx)]);
    if (query["resources"] === undefined) throw wrong("'resources' is a required property");
  }
  for (const name of Object.keys(query)) {
    if (names.includes(name) || groupName(ctx, name)) continue;
    throw wrong(`'${name}' does not match any of the regexes: ${groupPatterns(ctx).join(", ")}`);
  }
  for (const text of queryAll(query, "limit")) {
    if (!/^[1-9][0-9]*$/.test(text)) {
      throw wrong(
        `'${text}' does not match '^[1-9][0-9]*$'\n\nFailed validating 'pattern' in schema['properties']['limit']`,
      );
    }
  }
  for (const text of queryAll(query, "group_policy")) {
    if (text !== "none" && text !== "isolate") throw wrong(`'${text}' is not one of ['none', 'isolate']`);
  }
}

function rootTraitsOf(query: Query): TraitFilter {
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

function suffixesOf(value: string): string[] {
  const suffixes = value.split(",").map((suffix) => suffix.trim());
  if (!suffixes.includes("")) return [...new Set(suffixes)];
  throw badRequest(
    "Empty string (unsuffixed group) can not be specified in `same_subtree` ",
    placementCode.badValue,
  );
}
