/** What the service's boxes are bound to, each to its row. */
export const sealedContext = {
  credential: (id: string): readonly string[] => ["credential", id],
  consumer: (id: string): readonly string[] => ["oauth1-consumer", id],
  tokenKey: (id: string): readonly string[] => ["token-key", id],
  oauth1Token: (id: string): readonly string[] => ["oauth1-token", id],
  domainConfig: (domainId: string, group: string, option: string): readonly string[] => [
    "domain-config",
    domainId,
    group,
    option,
  ],
};
