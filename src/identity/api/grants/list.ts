import { operation } from "#http/index.ts";
import { grantList } from "../../app/assignment.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { pathParam } from "../input.ts";
import { collection } from "../links.ts";
import { roleView } from "../roles/view.ts";
import { scopeOfPath } from "./scope.ts";

export const grantsList = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const userId = pathParam(params, "user_id");
    const scope = scopeOfPath(params);
    const roles = await grantList(ctx, userId, scope);
    const place = scope.kind === "system" ? "system" : `${scope.kind}s/${scope.id}`;
    const items = roles.map((role) => roleView(ctx, role));
    return collection(ctx, "roles", { path: `${place}/users/${userId}/roles`, items });
  },
});
