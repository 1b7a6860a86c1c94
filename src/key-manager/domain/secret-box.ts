import type { Tx } from "#db/index.ts";

/** Seals what must be read again later, such as a key that two sides share, for a column of the database. */
export interface SecretBox {
  /** `context` says whose the plaintext is, so that rows cannot be swapped. */
  seal(plaintext: Buffer, context: readonly string[]): Promise<Sealed>;
  /** The plaintext in a fresh Buffer. Throws `bug` when it was not sealed by this box in this context. */
  open(sealed: string, context: readonly string[]): Promise<Buffer>;
}

/** What a box sealed. It becomes a text only in the transaction that stores it. */
export interface Sealed {
  /**
   * For a column, to be written in this transaction and no other. Throws `unavailable` when the master key that sealed
   * it was retired since: nobody could ever open what would be written.
   */
  text(tx: Tx): Promise<string>;
}
