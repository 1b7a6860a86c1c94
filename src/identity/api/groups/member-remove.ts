import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { membershipRemove } from "../../app/group.ts";
import { pathParam } from "../input.ts";

export const memberRemove = operation({
  handle: async (ctx: IdentityCtx, { params }) =>
    membershipRemove(ctx, pathParam(params, "group_id"), pathParam(params, "user_id")),
});
