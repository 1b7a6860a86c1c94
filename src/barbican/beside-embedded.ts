import type { Secrets, ServiceSecrets } from "#key-manager/index.ts";

/**
 * New secrets go to the external key manager; those that the embedded one already has stay there until they are deleted, so
 * that a cloud may go over to an external one at any time.
 */
export function secretsBesideEmbedded(
  external: ServiceSecrets,
  embedded: ServiceSecrets & Pick<Secrets, "exists">,
): ServiceSecrets {
  return {
    deletesAs: external.deletesAs,
    store: (...asked) => external.store(...asked),
    async payload(caller, secretId, requestId, signal) {
      const home = (await embedded.exists(secretId)) ? embedded : external;
      return home.payload(caller, secretId, requestId, signal);
    },
    async deleteAsService(secretId, requestId, also, token) {
      const home = (await embedded.exists(secretId)) ? embedded : external;
      return home.deleteAsService(secretId, requestId, also, token);
    },
    async findByName(name, token) {
      const found = await embedded.findByName(name);
      return found !== undefined && found.length > 0 ? found : external.findByName(name, token);
    },
  };
}
