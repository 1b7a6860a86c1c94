import { operation } from "#http/index.ts";
import { providerDestroy } from "../../app/provider.ts";
import type { PlacementDeps } from "../../deps.ts";

/** DELETE /resource_providers/{uuid} */
export const resourceProviderDelete = operation<PlacementDeps>({
  handle: (ctx, { params }) => providerDestroy(ctx, params["uuid"] ?? ""),
});
