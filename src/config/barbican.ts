import { readFileSync } from "node:fs";
import { ConfigError } from "./config-error.ts";
import type { Places, Values } from "./read.ts";

/** [barbican], checked. */
export interface BarbicanConfig {
  /** Without a slash or a version at the end; undefined: the catalogue's. */
  readonly endpoint: string | undefined;
  readonly endpointType: "public" | "internal" | "admin";
  readonly regionName: string | undefined;
  readonly authEndpoint: string | undefined;
  readonly sendServiceToken: boolean;
  readonly verifySsl: boolean;
  /** PEM. */
  readonly ca: string | undefined;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly retryDelayMs: number;
}

/** Throws ConfigError for what is no http or https URL, and for a file of certificates that cannot be read. */
export function barbicanOf({ barbican }: Values, places: Places): BarbicanConfig {
  const { barbican_endpoint: endpoint, auth_endpoint: authEndpoint, verify_ssl_path: caPath } = barbican;
  urlRequire("barbican_endpoint", endpoint, places);
  urlRequire("auth_endpoint", authEndpoint, places);
  return {
    endpoint: endpoint?.replace(/\/+(v1\/*)?$/, ""),
    endpointType: barbican.barbican_endpoint_type ?? "public",
    regionName: barbican.barbican_region_name,
    authEndpoint,
    sendServiceToken: barbican.send_service_user_token,
    verifySsl: barbican.verify_ssl,
    ca: caPath === undefined ? undefined : certificatesOf(caPath, places),
    timeoutMs: barbican.timeout * 1_000,
    retries: barbican.number_of_retries,
    retryDelayMs: barbican.retry_delay * 1_000,
  };
}

function urlRequire(option: string, url: string | undefined, places: Places): void {
  if (url === undefined || /^https?:$/.test(URL.parse(url)?.protocol ?? "")) return;
  throw new ConfigError(
    places.get(`barbican.${option}`) ?? "",
    `[barbican] ${option}: found "${url}", allowed is an http or https URL`,
  );
}

function certificatesOf(path: string, places: Places): string {
  try {
    const pem = readFileSync(path, "utf8");
    if (pem.includes("-----BEGIN CERTIFICATE-----")) return pem;
  } catch {
    // Said below, as of a file that has none.
  }
  throw new ConfigError(
    places.get("barbican.verify_ssl_path") ?? "",
    `[barbican] verify_ssl_path: found "${path}", allowed is a readable file of certificates (PEM)`,
  );
}
