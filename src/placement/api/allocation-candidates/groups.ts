import { atLeast } from "#http/index.ts";
import type { RequestCtx } from "../../deps.ts";
import type { CandidateGroup } from "../../domain/candidates.ts";
import { badRequest, placementCode } from "../../domain/errors.ts";
import {
  aggregatesParse,
  nothing,
  resourcesParse,
  traitConflicts,
  traitsParse,
} from "../../domain/filters.ts";
import { normalizeUuid } from "../../domain/names.ts";
import { namesSince, queryAll, type Query } from "../query.ts";

const kinds = [
  ["resources", "1.10"],
  ["required", "1.17"],
  ["member_of", "1.21"],
  ["in_tree", "1.31"],
] as const;

type Kind = (typeof kinds)[number][0];

/** What may stand in a query of this microversion, without suffix. */
export function groupNames(ctx: RequestCtx): string[] {
  return namesSince(ctx, kinds);
}

/** Numbers since 1.25, names since 1.33. */
function suffixPattern(ctx: RequestCtx): string {
  return atLeast(ctx, "1.33") ? "[a-zA-Z0-9_-]{1,64}" : "[1-9][0-9]*";
}

/** As the real service's schema has them, for its message. */
export function groupPatterns(ctx: RequestCtx): string[] {
  return groupNames(ctx)
    .toSorted()
    .map((kind) => `'^${kind}(${suffixPattern(ctx)})?$'`);
}

/** `resources_A` → its kind and its suffix. */
export function groupName(ctx: RequestCtx, name: string): { kind: Kind; suffix: string } | undefined {
  const kind = kinds.find(([each]) => name.startsWith(each))?.[0];
  if (kind === undefined || !groupNames(ctx).includes(kind)) return undefined;
  const suffix = name.slice(kind.length);
  if (suffix === "") return { kind, suffix };
  const allowed = atLeast(ctx, "1.25") && new RegExp(`^(?:${suffixPattern(ctx)})$`).test(suffix);
  return allowed ? { kind, suffix } : undefined;
}

/** The groups in the order in which the query first names them (placement.lib.RequestGroup.dict_from_request). */
export function groupsParse(
  ctx: RequestCtx,
  query: Query,
  sameSubtrees: readonly (readonly string[])[],
): CandidateGroup[] {
  const bySuffix = new Map<string, CandidateGroup>();
  for (const name of Object.keys(query)) {
    const at = groupName(ctx, name);
    if (!at) continue;
    const { kind, suffix } = at;
    const known = bySuffix.get(suffix) ?? { ...emptyGroup, suffix };
    bySuffix.set(suffix, { ...known, ...partParse(ctx, kind, { values: queryAll(query, name), suffix }) });
  }
  const groups = [...bySuffix.values()];
  if (atLeast(ctx, "1.36")) subtreesCheck(groups, sameSubtrees.flat());
  else orphansCheck(groups);
  if (atLeast(ctx, "1.22")) conflictsCheck(groups);
  return groups;
}

const emptyGroup = { suffix: "", resources: {}, traits: nothing, aggregates: nothing, inTree: undefined };

function partParse(
  ctx: RequestCtx,
  kind: Kind,
  { values, suffix }: { readonly values: readonly string[]; readonly suffix: string },
): Partial<CandidateGroup> {
  switch (kind) {
    case "resources":
      // Each is looked at, the last one counts.
      return { resources: values.map(resourcesParse).at(-1) ?? {} };
    case "required":
      return {
        traits: traitsParse(values, { forbidden: atLeast(ctx, "1.22"), anyOf: atLeast(ctx, "1.39") }),
      };
    case "member_of": {
      const syntax = { repeated: atLeast(ctx, "1.24"), forbidden: atLeast(ctx, "1.32") };
      return { aggregates: aggregatesParse(values, syntax, suffix) };
    }
    case "in_tree":
      return { inTree: values.map(treeParse).at(-1) };
  }
}

function treeParse(text: string): string {
  const uuid = normalizeUuid(text.trim());
  if (uuid !== undefined) return uuid;
  throw badRequest(
    `Invalid query string parameters: Expected 'in_tree' parameter to be a format of uuid. Got: ${text}`,
  );
}

function isResourceless(group: CandidateGroup): boolean {
  return Object.keys(group.resources).length === 0;
}

/** Since 1.36. */
function subtreesCheck(groups: readonly CandidateGroup[], inSubtrees: readonly string[]): void {
  const suffixes = groups.map((group) => group.suffix);
  const resourceless = groups.filter(isResourceless).map((group) => group.suffix);
  if (resourceless.length === groups.length) {
    throw badRequest(
      "There must be at least one resources or resources[$S] parameter.",
      placementCode.missingValue,
    );
  }
  const stray = resourceless.filter((suffix) => !inSubtrees.includes(suffix));
  if (stray.length > 0) {
    throw badRequest(
      "Resourceless suffixed group request should be specified in `same_subtree` query param: bad group(s) - " +
        `${listText(stray)}.`,
      placementCode.badValue,
    );
  }
  const unknown = [...new Set(inSubtrees)].filter((suffix) => !suffixes.includes(suffix));
  if (unknown.length > 0) {
    throw badRequest(
      `Real suffixes should be specified in \`same_subtree\`: ${listText(unknown)} not found in ${listText(suffixes)}.`,
      placementCode.badValue,
    );
  }
}

/** As Python prints a list. */
function listText(names: readonly string[]): string {
  return `[${names.map((name) => `'${name}'`).join(", ")}]`;
}

/** Below 1.36 nothing stands without resources. */
function orphansCheck(groups: readonly CandidateGroup[]): void {
  const orphans = groups.filter(isResourceless);
  const traits = orphans.filter((group) => group.traits.required.length > 0);
  if (traits.length > 0) {
    throw badRequest(
      "All traits parameters must be associated with resources.  Found the following orphaned traits keys: " +
        traits.map((group) => `required${group.suffix}`).join(", "),
    );
  }
  const members = orphans.filter(
    ({ aggregates }) => aggregates.required.length + aggregates.forbidden.length > 0,
  );
  if (members.length > 0) {
    throw badRequest(
      "All member_of parameters must be associated with resources. Found the following orphaned member_of keys: " +
        members.map((group) => `member_of${group.suffix}`).join(", "),
    );
  }
  if (orphans.length > 0) throw badRequest("All request groups must specify resources.");
  if (groups.length === 0) {
    throw badRequest("At least one request group (`resources` or `resources{$S}`) is required.");
  }
}

function conflictsCheck(groups: readonly CandidateGroup[]): void {
  const conflicts = groups.flatMap((group) =>
    traitConflicts(group.traits).map((names) => `required${group.suffix}: (${names})`),
  );
  if (conflicts.length === 0) return;
  throw badRequest(
    `Conflicting required and forbidden traits found in the following traits keys: ${conflicts.sort().join(", ")}`,
  );
}
