import type { IdentityCtx } from "../../app/context.ts";
import type { Ec2Credential } from "../../app/ec2-credential.ts";
import { selfLink } from "../links.ts";

export function ec2CredentialView(ctx: IdentityCtx, { userId, projectId, blob }: Ec2Credential): object {
  return {
    user_id: userId,
    tenant_id: projectId ?? null,
    access: blob.access,
    secret: blob.secret ?? null,
    trust_id: blob.trust_id ?? null,
    links: selfLink(ctx, `users/${userId}/credentials/OS-EC2/${blob.access}`),
  };
}
