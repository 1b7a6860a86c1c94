import { isoMicroseconds } from "#base/clock.ts";
import type { TransportKey } from "../../domain/transport-key.ts";

export function transportKeyRef(baseUrl: string, id: string): string {
  return `${baseUrl}/v1/transport_keys/${id}`;
}

export function transportKeyView(key: TransportKey): object {
  return {
    transport_key_id: key.id,
    plugin_name: key.pluginName,
    transport_key: key.transportKey,
    status: "ACTIVE",
    created: isoMicroseconds(key.createdAt),
    updated: isoMicroseconds(key.createdAt),
  };
}
