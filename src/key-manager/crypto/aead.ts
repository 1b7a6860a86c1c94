import { createCipheriv, createDecipheriv, createSecretKey, KeyObject } from "node:crypto";
import { CloudError } from "#base/errors.ts";
import { randomBytesPublic } from "#base/ids.ts";
import { wipe } from "#base/secret.ts";

/** AES-256's. */
export const keyBytes = 32;

const formatVersion = 1;
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + nonceBytes + tagBytes;

/**
 * AES-256-GCM (NIST SP 800-38D) with a fresh random nonce, as base64 of: version (1), nonce (12), tag (16),
 * ciphertext. `context` is the associated data: who the plaintext belongs to, so that rows cannot be swapped.
 */
export function seal(key: Buffer | KeyObject, plaintext: Buffer, context: readonly string[]): string {
  const nonce = randomBytesPublic(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", keyObject(key), nonce, { authTagLength: tagBytes });
  cipher.setAAD(associatedData(context));
  const ciphertext = cipher.update(plaintext);
  // A stream cipher has nothing left to give here: `final` only makes the tag.
  cipher.final();
  return Buffer.concat([Buffer.of(formatVersion), nonce, cipher.getAuthTag(), ciphertext]).toString("base64");
}

/** The plaintext in a fresh Buffer, which the caller wipes. Throws `bug` when key, context or bytes are not those of the seal. */
export function open(key: Buffer | KeyObject, sealed: string, context: readonly string[]): Buffer {
  const bytes = Buffer.from(sealed, "base64");
  if (bytes.length < headerBytes || bytes[0] !== formatVersion) throw notGenuine(context);
  const nonce = bytes.subarray(1, 1 + nonceBytes);
  const decipher = createDecipheriv("aes-256-gcm", keyObject(key), nonce, { authTagLength: tagBytes });
  decipher.setAAD(associatedData(context));
  decipher.setAuthTag(bytes.subarray(1 + nonceBytes, headerBytes));
  const plaintext = decipher.update(bytes.subarray(headerBytes));
  try {
    // As above: it only checks the tag.
    decipher.final();
  } catch (cause) {
    wipe(plaintext);
    throw notGenuine(context, cause);
  }
  return plaintext;
}

/** Node takes bytes, too, but five times as long to find out that they are no such object. */
function keyObject(key: Buffer | KeyObject): KeyObject {
  return key instanceof KeyObject ? key : createSecretKey(key);
}

/** JSON, so that no two lists of texts give the same bytes. */
function associatedData(context: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(["sealstone", formatVersion, ...context]), "utf8");
}

function notGenuine(context: readonly string[], cause?: unknown): CloudError {
  return new CloudError(
    "bug",
    "The key manager could not open a stored secret. The operator finds it in the log.",
    {
      detail: `what is stored as ${context.join(" ")} was changed, or sealed with another key`,
      cause,
    },
  );
}
