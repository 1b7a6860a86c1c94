import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { endpointDelete as remove } from "../../app/endpoint.ts";
import { pathParam } from "../input.ts";

export const endpointDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "endpoint_id")),
});
