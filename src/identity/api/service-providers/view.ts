import type { IdentityCtx } from "../../app/context.ts";
import type { ServiceProvider } from "../../domain/federation.ts";
import { selfLink } from "../links.ts";

export function serviceProviderView(ctx: IdentityCtx, provider: ServiceProvider): object {
  const { id, authUrl, spUrl, enabled, description, relayStatePrefix } = provider;
  return {
    id,
    auth_url: authUrl,
    sp_url: spUrl,
    enabled,
    description: description ?? null,
    relay_state_prefix: relayStatePrefix,
    links: selfLink(ctx, `OS-FEDERATION/service_providers/${id}`),
  };
}
