import { isoMicroseconds } from "#base/clock.ts";
import type { SecretStore } from "../../domain/secret-store.ts";

export function secretStoreView(baseUrl: string, store: SecretStore): object {
  return {
    status: "ACTIVE",
    created: isoMicroseconds(store.createdAt),
    updated: isoMicroseconds(store.createdAt),
    name: store.name,
    secret_store_ref: `${baseUrl}/v1/secret-stores/${store.id}`,
    secret_store_plugin: store.storePlugin,
    crypto_plugin: store.cryptoPlugin,
    global_default: true,
  };
}
