import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { accessTokenRoleFetch, accessTokenRoleList } from "../../app/oauth1-access.ts";
import { pathParam } from "../input.ts";
import { collection } from "../links.ts";
import { accessTokenRoleView } from "./view.ts";

export const accessTokenRolesList = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const [userId, id] = [pathParam(params, "user_id"), pathParam(params, "access_token_id")];
    const items = (await accessTokenRoleList(ctx, userId, id)).map((role) => accessTokenRoleView(ctx, role));
    return collection(ctx, "roles", { path: `users/${userId}/OS-OAUTH1/access_tokens/${id}/roles`, items });
  },
});

export const accessTokenRoleShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const ids = {
      userId: pathParam(params, "user_id"),
      tokenId: pathParam(params, "access_token_id"),
      roleId: pathParam(params, "role_id"),
    };
    return { role: accessTokenRoleView(ctx, await accessTokenRoleFetch(ctx, ids)) };
  },
});
