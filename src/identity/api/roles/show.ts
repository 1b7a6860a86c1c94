import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { roleFetch } from "../../app/role.ts";
import { pathParam } from "../input.ts";
import { roleView } from "./view.ts";

export const roleShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    role: roleView(ctx, await roleFetch(ctx.deps.database.db, pathParam(params, "role_id"))),
  }),
});
