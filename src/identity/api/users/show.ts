import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { federatedUserListOf } from "../../app/federated-user.ts";
import { userFetch } from "../../app/user.ts";
import { pathParam } from "../input.ts";
import { federatedView } from "./federated-view.ts";
import { userView } from "./view.ts";

export const userShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const user = await userFetch(ctx.deps.database.db, pathParam(params, "user_id"));
    const known = await federatedUserListOf(ctx, user.id);
    return { user: { ...userView(ctx, user), ...federatedView(known) } };
  },
});
