import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { ec2CredentialList } from "../../app/ec2-credential.ts";
import { pathParam } from "../input.ts";
import { collection } from "../links.ts";
import { ec2CredentialView } from "./view.ts";

export const ec2CredentialsList = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const userId = pathParam(params, "user_id");
    const found = await ec2CredentialList(ctx, userId);
    const items = found.map((credential) => ec2CredentialView(ctx, credential));
    return collection(ctx, "credentials", { path: `users/${userId}/credentials/OS-EC2`, items });
  },
});
