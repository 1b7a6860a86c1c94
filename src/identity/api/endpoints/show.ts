import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { endpointFetch } from "../../app/endpoint.ts";
import { pathParam } from "../input.ts";
import { endpointView } from "./view.ts";

export const endpointShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    endpoint: endpointView(ctx, await endpointFetch(ctx.deps.database.db, pathParam(params, "endpoint_id"))),
  }),
});
