import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { endpointGroupFetch } from "../../app/endpoint-group.ts";
import { pathParam } from "../input.ts";
import { endpointGroupView } from "./view.ts";

export const endpointGroupShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const group = await endpointGroupFetch(ctx.deps.database.db, pathParam(params, "endpoint_group_id"));
    return { endpoint_group: endpointGroupView(ctx, group) };
  },
});
