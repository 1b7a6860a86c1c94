import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { trustFetch, trustRoleFetch } from "../../app/trust.ts";
import { pathParam } from "../input.ts";
import { collection } from "../links.ts";
import { roleView } from "../roles/view.ts";

export const trustRolesList = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const id = pathParam(params, "trust_id");
    const { roles } = await trustFetch(ctx, id, "identity:list_roles_for_trust");
    const items = roles.map((role) => roleView(ctx, role));
    return collection(ctx, "roles", { path: `OS-TRUST/trusts/${id}/roles`, items });
  },
});

export const trustRoleShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const [id, roleId] = [pathParam(params, "trust_id"), pathParam(params, "role_id")];
    return { role: roleView(ctx, await trustRoleFetch(ctx, id, roleId)) };
  },
});
