import { operation } from "#http/index.ts";
import { providerTraitsShow } from "../../app/provider-trait.ts";
import type { PlacementDeps } from "../../deps.ts";
import { providerTraitsAnswer } from "./view.ts";

/** GET /resource_providers/{uuid}/traits, since 1.6 */
export const providerTraitsList = operation<PlacementDeps>({
  handle: async (ctx, { params }) =>
    providerTraitsAnswer(ctx, await providerTraitsShow(ctx, params["uuid"] ?? "")),
});
