import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { ec2CredentialCreate as create } from "../../app/ec2-credential.ts";
import { pathParam } from "../input.ts";
import { ec2CredentialView } from "./view.ts";

export const ec2CredentialCreate = operation({
  body: Type.Object({ tenant_id: Type.String() }),
  status: 201,
  handle: async (ctx: IdentityCtx, { params, body }) => {
    const made = await create(ctx, pathParam(params, "user_id"), body.tenant_id);
    return { credential: ec2CredentialView(ctx, made) };
  },
});
