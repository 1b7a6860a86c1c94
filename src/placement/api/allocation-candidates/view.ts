import { atLeast } from "#http/index.ts";
import type { CandidateAnswer, CandidateSummary } from "../../app/candidate.ts";
import type { RequestCtx } from "../../deps.ts";
import type { Candidate } from "../../domain/candidates.ts";
import { capacityOf } from "../../domain/inventory.ts";

type Resources = Readonly<Record<string, number>>;

export function candidatesView(ctx: RequestCtx, answered: CandidateAnswer, resources: Resources): unknown {
  return {
    allocation_requests: answered.candidates.map((candidate) => requestView(ctx, candidate, resources)),
    provider_summaries: Object.fromEntries(
      answered.summaries.map((summary) => [summary.provider.uuid, summaryView(ctx, summary, resources)]),
    ),
  };
}

/** A list before 1.12, since then the body of a PUT /allocations; with `mappings` since 1.34. */
function requestView(ctx: RequestCtx, candidate: Candidate, resources: Resources): unknown {
  const byProvider = new Map<string, Record<string, number>>();
  for (const [resourceClass, uuid] of candidate) {
    byProvider.set(uuid, { ...byProvider.get(uuid), [resourceClass]: resources[resourceClass] ?? 0 });
  }
  const entries = [...byProvider];
  if (!atLeast(ctx, "1.12")) {
    return {
      allocations: entries.map(([uuid, taken]) => ({ resource_provider: { uuid }, resources: taken })),
    };
  }
  return {
    allocations: Object.fromEntries(entries.map(([uuid, taken]) => [uuid, { resources: taken }])),
    ...(atLeast(ctx, "1.34") ? { mappings: { "": [...byProvider.keys()] } } : {}),
  };
}

function summaryView(ctx: RequestCtx, summary: CandidateSummary, resources: Resources): unknown {
  const shown = summary.inventories.filter(
    ({ resourceClass }) => atLeast(ctx, "1.27") || resources[resourceClass] !== undefined,
  );
  const { provider } = summary;
  return {
    resources: Object.fromEntries(
      shown.map((each) => [each.resourceClass, { capacity: Math.trunc(capacityOf(each)), used: each.used }]),
    ),
    ...(atLeast(ctx, "1.17") ? { traits: summary.traits } : {}),
    ...(atLeast(ctx, "1.29")
      ? { parent_provider_uuid: provider.parentUuid ?? null, root_provider_uuid: provider.rootUuid }
      : {}),
  };
}
