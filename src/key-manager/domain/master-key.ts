/** CURRENT wraps. OLD: what it wrapped is being moved to the current one. RETIRED: nothing needs it, and no holder has it. */
export type MasterKeyStatus = "CURRENT" | "OLD" | "RETIRED";

/** What the database knows of a master key: everything but the key. */
export interface MasterKeyRow {
  readonly id: string;
  /** 1, and one more at each rotation. */
  readonly generation: number;
  readonly status: MasterKeyStatus;
  /** A known text, wrapped by the key. */
  readonly check_value: string;
  /** By which whoever has the key before it gets this one; until that one is retired. */
  readonly handed_over: string | null;
  readonly created_at: number;
  /** Since when nothing that it wrapped was found, while it is OLD. */
  readonly unneeded_since: number | null;
  readonly retired_at: number | null;
}

/** Longer than any request takes that read something which the old key had wrapped. */
export const masterKeyRetireAfterMs = 60_000;
