import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { serverActionsOf } from "../../app/server-actions.ts";
import { actionSummary } from "./view.ts";

/** GET /servers/{id}/os-instance-actions */
export const instanceActionList = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const actions = await serverActionsOf(ctx, params["id"] ?? "");
    return { instanceActions: actions.map((action) => actionSummary(ctx, action)) };
  },
});
