import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { membershipFetch } from "../../app/group.ts";
import { pathParam } from "../input.ts";

export const memberCheck = operation({
  handle: async (ctx: IdentityCtx, { params }) =>
    membershipFetch(ctx, pathParam(params, "group_id"), pathParam(params, "user_id")),
});
