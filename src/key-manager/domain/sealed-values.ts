import type { Db, Tx } from "#db/index.ts";

/** Something that a box sealed, where it is kept. */
export interface SealedValue {
  /** Which row, for `replace`. */
  readonly key: readonly string[];
  /** The box's text. */
  readonly sealed: string;
  /** With which it was sealed. */
  readonly context: readonly string[];
}

/**
 * A place of the database where what a box sealed is kept. A rotation of the master key moves what is there, and retires
 * the old key only when no such place has anything of it: so each place that a box is used for must be named.
 */
export interface SealedValues {
  /** For messages and the log: `credentials`. */
  readonly what: string;
  /** How many there are whose text does not begin with `prefix`. */
  count(db: Db, prefix: string): Promise<number>;
  /** Some of them. */
  some(db: Db, prefix: string, limit: number): Promise<SealedValue[]>;
  /** Does nothing when the row is gone, or has no longer the text that was read. */
  replace(tx: Tx, read: SealedValue, sealed: string): Promise<void>;
}
