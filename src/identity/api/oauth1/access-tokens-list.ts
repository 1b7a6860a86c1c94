import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { accessTokenList } from "../../app/oauth1-access.ts";
import { pathParam } from "../input.ts";
import { collection } from "../links.ts";
import { accessTokenView } from "./view.ts";

export const accessTokensList = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const userId = pathParam(params, "user_id");
    const items = (await accessTokenList(ctx, userId)).map((token) => accessTokenView(ctx, token));
    return collection(ctx, "access_tokens", { path: `users/${userId}/OS-OAUTH1/access_tokens`, items });
  },
});
