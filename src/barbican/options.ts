/** `[barbican]`, as castellan names it, for Nova. */
export interface BarbicanOptions {
  /** Without a slash or a version at the end; undefined: the key-manager endpoint of the catalogue. */
  readonly endpoint: string | undefined;
  readonly endpointType: "public" | "internal" | "admin";
  /** Undefined: of any region. */
  readonly regionName: string | undefined;
  /** Whether a token of the cloud's own user goes along with the caller's. */
  readonly sendServiceToken: boolean;
  /** PEM of the authorities that may have signed its certificate; undefined: Node's own. */
  readonly ca: string | undefined;
  readonly verifySsl: boolean;
  readonly timeoutMs: number;
  /** How often a request that reached nobody is sent again, and after which time. */
  readonly retries: number;
  readonly retryDelayMs: number;
}
