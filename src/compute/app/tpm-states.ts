import type { Db } from "#db/index.ts";

/** The newest state of a TPM that the control plane has. */
export interface TpmState {
  readonly generation: number;
  /** Hex, of the state as swtpm encrypted it. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly changedAt: number;
}

/** Whoever keeps TPM states: what the report asks of them. */
export interface TpmStates {
  /** Undefined when there is none of the server's TPM. `vault`: in one word, how it stands. */
  find(db: Db, serverId: string): Promise<{ readonly state: TpmState; readonly vault: string } | undefined>;
}
