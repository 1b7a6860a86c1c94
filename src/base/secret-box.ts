/** Seals what must be read again later, such as a key that two sides share, for a column of the database. */
export interface SecretBox {
  /** `context` says whose the plaintext is, so that rows cannot be swapped. */
  seal(plaintext: Buffer, context: readonly string[]): Promise<string>;
  /** The plaintext in a fresh Buffer. Throws `bug` when it was not sealed by this box in this context. */
  open(sealed: string, context: readonly string[]): Promise<Buffer>;
}
