import type { FederatedUser } from "../../domain/federation.ts";

/** Keystone's `federated`: by provider, under which name which protocol knows the user; left out of who is known to none. */
export function federatedView(known: readonly FederatedUser[]): object {
  if (known.length === 0) return {};
  const federated = [...Map.groupBy(known, ({ providerId }) => providerId)].map(([id, ways]) => ({
    idp_id: id,
    protocols: ways.map(({ protocolId, uniqueId }) => ({ protocol_id: protocolId, unique_id: uniqueId })),
  }));
  return { federated };
}
