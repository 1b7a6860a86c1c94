import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { serverActionFetch } from "../../app/server-actions.ts";
import { actionDetail } from "./view.ts";

/** GET /servers/{id}/os-instance-actions/{request_id} */
export const instanceActionShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const { action, hostname } = await serverActionFetch(ctx, params["id"] ?? "", params["request_id"] ?? "");
    return { instanceAction: actionDetail(ctx, action, hostname) };
  },
});
