import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { domainFetch } from "../../app/domain.ts";
import { pathParam } from "../input.ts";
import { domainView } from "./view.ts";

export const domainShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    domain: domainView(ctx, await domainFetch(ctx.deps.database.db, pathParam(params, "domain_id"))),
  }),
});
