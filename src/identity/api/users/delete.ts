import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { userDelete as remove } from "../../app/user.ts";
import { pathParam } from "../input.ts";

export const userDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "user_id")),
});
