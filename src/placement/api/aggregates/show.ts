import { operation } from "#http/index.ts";
import { aggregatesShow as aggregatesRead } from "../../app/aggregate.ts";
import type { PlacementDeps } from "../../deps.ts";
import { aggregatesAnswer } from "./view.ts";

/** GET /resource_providers/{uuid}/aggregates, since 1.1 */
export const aggregatesShow = operation<PlacementDeps>({
  handle: async (ctx, { params }) => aggregatesAnswer(ctx, await aggregatesRead(ctx, params["uuid"] ?? "")),
});
