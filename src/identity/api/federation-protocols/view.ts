import type { IdentityCtx } from "../../app/context.ts";
import type { FederationProtocol } from "../../domain/federation.ts";
import { selfLink } from "../links.ts";

/** Keystone shows one protocol without what only its list has. */
export function protocolView(ctx: IdentityCtx, { id, providerId, mappingId }: FederationProtocol) {
  const { self: provider } = selfLink(ctx, `OS-FEDERATION/identity_providers/${providerId}`);
  const links = { self: `${provider}/protocols/${id}`, identity_provider: provider };
  return { id, mapping_id: mappingId, links };
}

export function protocolListView(ctx: IdentityCtx, protocol: FederationProtocol): object {
  return {
    ...protocolView(ctx, protocol),
    idp_id: protocol.providerId,
    remote_id_attribute: protocol.remoteIdAttribute ?? null,
  };
}
