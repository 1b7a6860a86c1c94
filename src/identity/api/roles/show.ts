import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { roleShow as show } from "../../app/role.ts";
import { pathParam } from "../input.ts";
import { roleView } from "./view.ts";

export const roleShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    role: roleView(ctx, await show(ctx, pathParam(params, "role_id"))),
  }),
});
