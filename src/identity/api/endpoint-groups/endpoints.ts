import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { endpointGroupMembers } from "../../app/endpoint-group.ts";
import { endpointView } from "../endpoints/view.ts";
import { pathParam } from "../input.ts";
import { collection } from "../links.ts";

export const endpointGroupEndpoints = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const id = pathParam(params, "endpoint_group_id");
    return collection(ctx, "endpoints", {
      path: `OS-EP-FILTER/endpoint_groups/${id}/endpoints`,
      items: (await endpointGroupMembers(ctx, id)).map((endpoint) => endpointView(ctx, endpoint)),
    });
  },
});
