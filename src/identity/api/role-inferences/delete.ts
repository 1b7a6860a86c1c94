import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { inferenceDelete as remove } from "../../app/implication.ts";
import { pathParam } from "../input.ts";

export const inferenceDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) =>
    remove(ctx, pathParam(params, "role_id"), pathParam(params, "implied_role_id")),
});
