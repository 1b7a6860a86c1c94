import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { domainDelete as remove } from "../../app/domain.ts";
import { pathParam } from "../input.ts";

export const domainDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "domain_id")),
});
