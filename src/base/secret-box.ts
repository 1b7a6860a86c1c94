import { wipe } from "./secret.ts";

/** Seals what must be read again later, such as a key that two sides share, for a column of the database. */
export interface SecretBox {
  /** `context` says whose the plaintext is, so that rows cannot be swapped. */
  seal(plaintext: Buffer, context: readonly string[]): Promise<string>;
  /** The plaintext in a fresh Buffer. Throws `bug` when it was not sealed by this box in this context. */
  open(sealed: string, context: readonly string[]): Promise<Buffer>;
}

/** For what a wire format makes a string anyway; no other copy stays. */
export async function textSeal(box: SecretBox, text: string, context: readonly string[]): Promise<string> {
  const plaintext = Buffer.from(text);
  return box.seal(plaintext, context).finally(() => wipe(plaintext));
}

export async function textOpen(box: SecretBox, sealed: string, context: readonly string[]): Promise<string> {
  const plaintext = await box.open(sealed, context);
  try {
    return plaintext.toString();
  } finally {
    wipe(plaintext);
  }
}
