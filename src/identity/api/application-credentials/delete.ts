import { operation } from "#http/index.ts";
import { applicationCredentialDelete as remove } from "../../app/application-credential.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { pathParam } from "../input.ts";

export const applicationCredentialDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) =>
    remove(ctx, pathParam(params, "user_id"), pathParam(params, "credential_id")),
});
