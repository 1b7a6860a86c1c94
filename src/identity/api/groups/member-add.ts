import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { membershipCreate } from "../../app/group.ts";
import { pathParam } from "../input.ts";

export const memberAdd = operation({
  handle: async (ctx: IdentityCtx, { params }) =>
    membershipCreate(ctx, pathParam(params, "group_id"), pathParam(params, "user_id")),
});
