import { atLeast, type Reply } from "#http/index.ts";
import type { ProviderAggregates } from "../../app/aggregate.ts";
import type { RequestCtx } from "../../deps.ts";
import { answer } from "../answer.ts";

export function aggregatesAnswer(ctx: RequestCtx, { provider, aggregates }: ProviderAggregates): Reply {
  const generation = atLeast(ctx, "1.19") ? { resource_provider_generation: provider.generation } : {};
  return answer(ctx, { aggregates, ...generation });
}
