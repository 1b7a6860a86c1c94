import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { ec2CredentialDelete as remove } from "../../app/ec2-credential.ts";
import { pathParam } from "../input.ts";

export const ec2CredentialDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) =>
    remove(ctx, pathParam(params, "user_id"), pathParam(params, "access")),
});
