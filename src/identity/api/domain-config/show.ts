import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { domainConfigFetch } from "../../app/domain-config.ts";
import { pathParam } from "../input.ts";
import { optionPathOf } from "./path.ts";

export const domainConfigShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    config: await domainConfigFetch(ctx, pathParam(params, "domain_id"), optionPathOf(params)),
  }),
});
