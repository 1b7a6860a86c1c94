import type { ShownCredential } from "../../app/application-credential.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { isoOfMicroseconds } from "../../domain/expiry.ts";
import { selfLink } from "../links.ts";

export function applicationCredentialView(ctx: IdentityCtx, { credential, roles }: ShownCredential): object {
  const { id, userId, projectId, name, description, unrestricted, expiresAtUs, accessRules } = credential;
  return {
    id,
    name,
    description: description ?? null,
    user_id: userId,
    project_id: projectId,
    unrestricted,
    expires_at: expiresAtUs === undefined ? null : isoOfMicroseconds(expiresAtUs),
    roles: roles.map((role) => ({
      id: role.id,
      name: role.name,
      domain_id: null,
      description: role.description ?? null,
      options: {},
    })),
    ...(accessRules ? { access_rules: accessRules } : {}),
    links: selfLink(ctx, `users/${userId}/application_credentials/${id}`),
  };
}
