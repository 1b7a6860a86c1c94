import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { requestTokenAuthorize as authorize } from "../../app/oauth1-token.ts";
import { pathParam, roleRefSchema } from "../input.ts";

export const requestTokenAuthorize = operation({
  body: Type.Object({ roles: Type.Array(roleRefSchema) }),
  handle: async (ctx: IdentityCtx, { params, body }) => {
    const verifier = await authorize(ctx, pathParam(params, "request_token_id"), body.roles);
    // For the user to tell the consumer.
    return { token: { oauth_verifier: verifier.expose() } };
  },
});
