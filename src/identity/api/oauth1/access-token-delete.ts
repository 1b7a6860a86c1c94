import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { accessTokenDelete as remove } from "../../app/oauth1-access.ts";
import { pathParam } from "../input.ts";

export const accessTokenDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) =>
    remove(ctx, pathParam(params, "user_id"), pathParam(params, "access_token_id")),
});
