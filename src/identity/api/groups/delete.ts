import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { groupDelete as remove } from "../../app/group.ts";
import { pathParam } from "../input.ts";

export const groupDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "group_id")),
});
