import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { userFetch } from "../../app/user.ts";
import { pathParam } from "../input.ts";
import { userView } from "./view.ts";

export const userShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    user: userView(ctx, await userFetch(ctx.deps.database.db, pathParam(params, "user_id"))),
  }),
});
