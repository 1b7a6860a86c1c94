import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { impliedRoleList } from "../../app/implication.ts";
import { pathParam } from "../input.ts";
import { selfLink } from "../links.ts";
import { impliedRolesView } from "./view.ts";

export const impliedRolesList = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const roleId = pathParam(params, "role_id");
    return {
      role_inference: impliedRolesView(ctx, await impliedRoleList(ctx.deps.database.db, roleId)),
      links: selfLink(ctx, `roles/${roleId}/implies`),
    };
  },
});
