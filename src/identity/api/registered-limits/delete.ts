import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { registeredLimitDelete as remove } from "../../app/registered-limit.ts";
import { pathParam } from "../input.ts";

export const registeredLimitDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "registered_limit_id")),
});
