import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { groupFetch } from "../../app/group.ts";
import { pathParam } from "../input.ts";
import { groupView } from "./view.ts";

export const groupShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    group: groupView(ctx, await groupFetch(ctx.deps.database.db, pathParam(params, "group_id"))),
  }),
});
