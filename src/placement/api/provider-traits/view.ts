import type { Reply } from "#http/index.ts";
import type { ProviderTraits } from "../../app/provider-trait.ts";
import type { RequestCtx } from "../../deps.ts";
import { answer } from "../answer.ts";

export function providerTraitsAnswer(ctx: RequestCtx, { provider, traits }: ProviderTraits): Reply {
  const body = { traits, resource_provider_generation: provider.generation };
  return answer(ctx, body, { modifiedMs: provider.updatedAtMs });
}
