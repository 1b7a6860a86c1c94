import { boolean, choice, integer, text } from "../option.ts";

/** [barbican], as castellan has it for Nova. */
export const barbicanSection = {
  /** Of Barbican's API; the key-manager endpoint of the catalogue when it is not set. */
  barbican_endpoint: text(undefined),
  barbican_api_version: choice("v1", ["v1"]),
  /** Which of the catalogue's endpoints. */
  barbican_endpoint_type: choice("public", ["public", "internal", "admin"]),
  barbican_region_name: text(undefined),
  /** Of no effect for Nova, and of none here: a caller's token goes on as it is. A start says so when it is not this cloud's. */
  auth_endpoint: text(undefined),
  verify_ssl: boolean(true),
  /** PEM file of the authorities that may have signed Barbican's certificate. */
  verify_ssl_path: text(undefined),
  /** Beside the caller's token goes one of the cloud's own user (X-Service-Token), by which a token that ended meanwhile is good for a deletion. */
  send_service_user_token: boolean(false),
  /** Seconds until a request counts as not answered. */
  timeout: integer(30, 1, 600),
  /** How often a request that reached nobody is sent again; castellan counts how often it asks for a new key. */
  number_of_retries: integer(1, 0, 60),
  /** Seconds between two tries. */
  retry_delay: integer(1, 0, 60),
};
