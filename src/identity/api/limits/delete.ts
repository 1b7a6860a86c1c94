import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { limitDelete as remove } from "../../app/limit.ts";
import { pathParam } from "../input.ts";

export const limitDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "limit_id")),
});
