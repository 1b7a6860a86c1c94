/** Where payloads rest. */
export interface SecretStore {
  readonly id: string;
  readonly name: string;
  /** Barbican's names for the two parts: who keeps the sealed payloads, and who seals them. */
  readonly storePlugin: string;
  readonly cryptoPlugin: string;
  readonly createdAt: number;
}

/** The database, sealed by this service itself. */
export const embeddedStore = {
  id: "5ea15704-e000-4000-8000-000000000001",
  name: "Sealstone embedded",
  storePlugin: "store_crypto",
  cryptoPlugin: "aes_256_gcm",
} as const;
