/** Another service that says who its users are, such as a company's single sign-on. */
export interface IdentityProvider {
  readonly id: string;
  /** Where its users are put. */
  readonly domainId: string;
  readonly enabled: boolean;
  readonly description: string | undefined;
  /** Minutes; kept for clients. Groups of an assertion count for the token that was got by it. */
  readonly authorizationTtl: number | undefined;
  /** Under which names it vouches; no two providers have one. */
  readonly remoteIds: readonly string[];
}

/** A way of a provider to vouch, and the mapping of what it says. */
export interface FederationProtocol {
  readonly id: string;
  readonly providerId: string;
  readonly mappingId: string;
  /** What of an assertion names the provider. */
  readonly remoteIdAttribute: string | undefined;
}

/** Another cloud that this one's users may go on to. */
export interface ServiceProvider {
  readonly id: string;
  readonly authUrl: string;
  readonly spUrl: string;
  readonly enabled: boolean;
  readonly description: string | undefined;
  readonly relayStatePrefix: string;
}

/** What a token shows of an enabled one. */
export interface ServiceProviderRef {
  readonly id: string;
  readonly auth_url: string;
  readonly sp_url: string;
}

/** Who vouched for a token's user, by which protocol, and into which groups the mapping put them. */
export interface Federation {
  readonly providerId: string;
  readonly protocolId: string;
  readonly groupIds: readonly string[];
}

/** A user as an identity provider knows them. */
export interface FederatedUser {
  readonly providerId: string;
  readonly protocolId: string;
  readonly uniqueId: string;
  readonly userId: string;
}
