import { operation } from "#http/index.ts";
import { providerTraitsSet } from "../../app/provider-trait.ts";
import type { PlacementDeps } from "../../deps.ts";

/** DELETE /resource_providers/{uuid}/traits, since 1.6 */
export const providerTraitsClear = operation<PlacementDeps>({
  async handle(ctx, { params }) {
    await providerTraitsSet(ctx, params["uuid"] ?? "", { traits: [], generation: undefined });
  },
});
