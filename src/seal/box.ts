import { CloudError } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";
import { arrayBufferOf, type SealKeyPair } from "./key-pair.ts";
import { suite } from "./suite.ts";

/** Length of an X25519 encapsulated key. */
const encapsulatedBytes = 32;

/**
 * Seals secret bytes to a public key (base64) so that only that key's owner opens them, and only with the
 * same associated data. Answers base64 of encapsulated key and ciphertext (RFC 9180, single shot).
 */
export async function boxSeal(
  publicKey: string,
  secret: Uint8Array,
  associatedData: string,
): Promise<string> {
  const recipientPublicKey = await suite.kem.deserializePublicKey(
    arrayBufferOf(Buffer.from(publicKey, "base64")),
  );
  const plaintext = arrayBufferOf(secret);
  const sealed = await suite.seal({ recipientPublicKey }, plaintext, bytesOf(associatedData));
  wipe(new Uint8Array(plaintext));
  return Buffer.concat([Buffer.from(sealed.enc), Buffer.from(sealed.ct)]).toString("base64");
}

/** Opens a box; the caller wipes the bytes. Throws `invalid` when it was not sealed to this key for this purpose. */
export async function boxOpen(key: SealKeyPair, box: string, associatedData: string): Promise<Buffer> {
  const bytes = Buffer.from(box, "base64");
  try {
    const opened = await suite.open(
      { recipientKey: key.privateKey, enc: arrayBufferOf(bytes.subarray(0, encapsulatedBytes)) },
      arrayBufferOf(bytes.subarray(encapsulatedBytes)),
      bytesOf(associatedData),
    );
    return Buffer.from(opened);
  } catch (cause) {
    throw new CloudError(
      "invalid",
      "A sealed box could not be opened: it was made for another key or purpose.",
      { cause },
    );
  }
}

function bytesOf(text: string): ArrayBuffer {
  return arrayBufferOf(Buffer.from(text, "utf8"));
}
