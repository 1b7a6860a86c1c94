import type { IdentityCtx } from "../../app/context.ts";
import type { User } from "../../domain/resources.ts";
import { selfLink } from "../links.ts";

export function userView(ctx: IdentityCtx, user: User): object {
  return {
    ...user.extra,
    id: user.id,
    name: user.name,
    domain_id: user.domainId,
    enabled: user.enabled,
    ...(user.defaultProjectId === undefined ? {} : { default_project_id: user.defaultProjectId }),
    password_expires_at: null,
    options: user.options,
    links: selfLink(ctx, `users/${user.id}`),
  };
}
