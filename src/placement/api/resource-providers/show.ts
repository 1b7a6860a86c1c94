import { operation } from "#http/index.ts";
import { providerShow } from "../../app/provider.ts";
import type { PlacementDeps } from "../../deps.ts";
import { answer } from "../answer.ts";
import { providerView } from "./view.ts";

/** GET /resource_providers/{uuid} */
export const resourceProviderShow = operation<PlacementDeps>({
  async handle(ctx, { params }) {
    const provider = await providerShow(ctx, params["uuid"] ?? "");
    return answer(ctx, providerView(ctx, provider), { modifiedMs: provider.updatedAtMs });
  },
});
