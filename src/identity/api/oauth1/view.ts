import { isoMicroseconds } from "#base/clock.ts";
import type { IdentityCtx } from "../../app/context.ts";
import type { AccessToken, Consumer } from "../../domain/oauth1.ts";
import type { Role } from "../../domain/resources.ts";
import { selfLink } from "../links.ts";

export function consumerView(ctx: IdentityCtx, { id, description, extra }: Consumer): object {
  const links = selfLink(ctx, `OS-OAUTH1/consumers/${id}`);
  return { ...extra, id, description: description ?? null, links };
}

export function accessTokenView(ctx: IdentityCtx, token: AccessToken): object {
  const { id, consumerId, projectId, authorizingUserId, expiresAt } = token;
  const { self } = selfLink(ctx, `users/${authorizingUserId}/OS-OAUTH1/access_tokens/${id}`);
  return {
    id,
    consumer_id: consumerId,
    project_id: projectId,
    authorizing_user_id: authorizingUserId,
    expires_at: `${isoMicroseconds(expiresAt)}Z`,
    links: { self, roles: `${self}/roles` },
  };
}

export function accessTokenRoleView(ctx: IdentityCtx, { id, name }: Role): object {
  return { id, name, domain_id: null, options: {}, links: selfLink(ctx, `roles/${id}`) };
}
