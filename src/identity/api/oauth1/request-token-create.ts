import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { requestTokenCreate as create } from "../../app/oauth1-token.ts";
import { signedRequestOf } from "./signed-request.ts";
import { requireSigned, tokenAnswer } from "./token-answer.ts";

export const requestTokenCreate = operation({
  handle: async (ctx: IdentityCtx, { headers, query }) => {
    const request = requireSigned(signedRequestOf(ctx, { path: "OS-OAUTH1/request_token", headers, query }));
    const projectId = headers["requested-project-id"];
    if (typeof projectId !== "string" || projectId === "")
      throw new CloudError("invalid", "Expecting to find Requested-Project-Id in request.");
    return tokenAnswer(await create(ctx, request, projectId));
  },
});
