import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { accessTokenFetch } from "../../app/oauth1-access.ts";
import { pathParam } from "../input.ts";
import { accessTokenView } from "./view.ts";

export const accessTokenShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const [userId, id] = [pathParam(params, "user_id"), pathParam(params, "access_token_id")];
    return { access_token: accessTokenView(ctx, await accessTokenFetch(ctx, userId, id)) };
  },
});
