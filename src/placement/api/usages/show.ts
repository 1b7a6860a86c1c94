import { operation } from "#http/index.ts";
import { providerUsages } from "../../app/usage.ts";
import type { PlacementDeps } from "../../deps.ts";
import { answer } from "../answer.ts";

/** GET /resource_providers/{uuid}/usages */
export const providerUsagesShow = operation<PlacementDeps>({
  async handle(ctx, { params }) {
    const { provider, usages } = await providerUsages(ctx, params["uuid"] ?? "");
    return answer(ctx, { resource_provider_generation: provider.generation, usages });
  },
});
