import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { domainConfigDelete as remove } from "../../app/domain-config.ts";
import { pathParam } from "../input.ts";
import { optionPathOf } from "./path.ts";

export const domainConfigDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) =>
    remove(ctx, pathParam(params, "domain_id"), optionPathOf(params)),
});
