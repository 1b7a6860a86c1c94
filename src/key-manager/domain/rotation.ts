/**
 * RESEALING: payloads move to the new key. RETIRING: none is left under an older one, which waits for whoever has just
 * read it. DONE: the older keys are gone.
 */
export type RotationStatus = "RESEALING" | "RETIRING" | "DONE";

export interface Rotation {
  readonly id: string;
  readonly projectId: string;
  /** The new key, and which of the project's it is. */
  readonly keyId: string;
  readonly generation: number;
  readonly status: RotationStatus;
  /** How many payloads there were under older keys when it began. */
  readonly total: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Longer than any request that has read a key before the rotation takes to write what it sealed with it. */
export const retireAfterMs = 60_000;
