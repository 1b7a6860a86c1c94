import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { endpointGroupDelete as remove } from "../../app/endpoint-group.ts";
import { pathParam } from "../input.ts";

export const endpointGroupDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "endpoint_group_id")),
});
