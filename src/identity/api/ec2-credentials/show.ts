import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { ec2CredentialFetch } from "../../app/ec2-credential.ts";
import { pathParam } from "../input.ts";
import { ec2CredentialView } from "./view.ts";

export const ec2CredentialShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const found = await ec2CredentialFetch(ctx, pathParam(params, "user_id"), pathParam(params, "access"));
    return { credential: ec2CredentialView(ctx, found) };
  },
});
