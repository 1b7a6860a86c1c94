import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { serviceFetch } from "../../app/service.ts";
import { pathParam } from "../input.ts";
import { serviceView } from "./view.ts";

export const serviceShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    service: serviceView(ctx, await serviceFetch(ctx.deps.database.db, pathParam(params, "service_id"))),
  }),
});
