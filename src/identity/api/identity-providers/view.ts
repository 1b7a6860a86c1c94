import type { IdentityCtx } from "../../app/context.ts";
import type { IdentityProvider } from "../../domain/federation.ts";
import { selfLink } from "../links.ts";

export function identityProviderView(ctx: IdentityCtx, provider: IdentityProvider): object {
  const { id, domainId, enabled, description, authorizationTtl, remoteIds } = provider;
  const { self } = selfLink(ctx, `OS-FEDERATION/identity_providers/${id}`);
  return {
    id,
    domain_id: domainId,
    enabled,
    description: description ?? null,
    authorization_ttl: authorizationTtl ?? null,
    remote_ids: remoteIds,
    links: { self, protocols: `${self}/protocols` },
  };
}
