import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { serverGroupFetch, serverGroupMembersOf } from "../../app/server-group.ts";
import { serverGroupView } from "./view.ts";

/** GET /os-server-groups/{id} */
export const serverGroupShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const group = await serverGroupFetch(ctx, params["id"] ?? "", "os_compute_api:os-server-groups:show");
    return { server_group: serverGroupView(ctx, group, await serverGroupMembersOf(ctx, group)) };
  },
});
