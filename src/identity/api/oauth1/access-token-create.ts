import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { accessTokenCreate as create } from "../../app/oauth1-token.ts";
import { signedRequestOf } from "./signed-request.ts";
import { requireSigned, tokenAnswer } from "./token-answer.ts";

export const accessTokenCreate = operation({
  handle: async (ctx: IdentityCtx, { headers, query }) => {
    const request = signedRequestOf(ctx, { path: "OS-OAUTH1/access_token", headers, query });
    return tokenAnswer(await create(ctx, requireSigned(request)));
  },
});
