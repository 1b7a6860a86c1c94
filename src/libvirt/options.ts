export type ConnectionState = "connected" | "reconnecting" | "closed";

/** After `connected` following `reconnecting`, events may have been missed: compare states anew. */
export interface ConnectionChange {
  readonly state: ConnectionState;
  /** Why the connection was lost, or why the last attempt failed. */
  readonly cause?: Error;
}

export interface LibvirtOptions {
  /** Default `/run/libvirt/libvirt-sock`. */
  readonly socketPath?: string;
  /** The driver. Default `qemu:///system`. */
  readonly uri?: string;
  /** Not called for the first `connected`, which `open` itself reports by returning. */
  readonly onConnectionChange?: (change: ConnectionChange) => void;
  /** Seconds of silence before a ping, and between pings. Default 5; 0 sends none (pings are answered anyway). */
  readonly keepaliveSeconds?: number;
  /** Unanswered pings until the connection counts as lost. Default 5. */
  readonly keepaliveCount?: number;
  /** Longest time for connect and login, ms. Default 30 000: a libvirtd that just started probes its QEMUs first. */
  readonly loginTimeoutMs?: number;
  /** Wait before the first attempt to reconnect and the most between attempts (doubling), ms. Default 100 and 5 000. */
  readonly reconnectDelayMs?: { readonly first: number; readonly most: number };
  /**
   * Calls at libvirtd at one time. Default 4: libvirtd stops reading from a client that has `max_client_requests`
   * (5 by default) calls open, and then sees no ping either.
   */
  readonly maxInFlight?: number;
  /** An event listener threw, or an event could not be read. Default: a process warning. */
  readonly onListenerError?: (error: unknown) => void;
}

/** The options with their defaults. */
export type Settings = Required<Omit<LibvirtOptions, "onConnectionChange">> &
  Pick<LibvirtOptions, "onConnectionChange">;

const DEFAULTS = {
  socketPath: "/run/libvirt/libvirt-sock",
  uri: "qemu:///system",
  keepaliveSeconds: 5,
  keepaliveCount: 5,
  loginTimeoutMs: 30_000,
  reconnectDelayMs: { first: 100, most: 5_000 },
  maxInFlight: 4,
  onListenerError: (error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)),
} as const;

export function settingsOf(options: LibvirtOptions): Settings {
  return { ...DEFAULTS, ...options };
}
