import { wipe } from "#base/secret.ts";
import type { Sealed, SecretBox } from "#key-manager/index.ts";

/** For what a wire format makes a string anyway; no other copy stays. */
export async function textSeal(box: SecretBox, text: string, context: readonly string[]): Promise<Sealed> {
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
