import { randomBytes } from "node:crypto";
import { link, open, readFile, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { CloudError } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";
import { suite } from "./suite.ts";

type CryptoKey = Awaited<ReturnType<typeof suite.kem.deriveKeyPair>>["privateKey"];

export interface SealKeyPair {
  /** base64; may be told to anybody. */
  readonly publicKey: string;
  readonly privateKey: CryptoKey;
}

/**
 * Reads the key pair of this process from a file of mode 0600 that holds 32 bytes of key material, and makes
 * that file at the first start. Throws `conflict` when the file is readable by others or of another size.
 */
export async function sealKeyPairLoad(path: string): Promise<SealKeyPair> {
  await createOnce(path);
  const { mode, size } = await stat(path);
  if ((mode & 0o077) !== 0 || size !== 32) {
    throw new CloudError(
      "conflict",
      `Key file ${path}: expected 32 bytes of mode 0600, found ${size} bytes of mode 0${(mode & 0o777).toString(8)}.`,
    );
  }
  const material = await readFile(path);
  const pair = await suite.kem.deriveKeyPair(arrayBufferOf(material));
  wipe(material);
  const publicKey = Buffer.from(await suite.kem.serializePublicKey(pair.publicKey)).toString("base64");
  return { publicKey, privateKey: pair.privateKey };
}

/** The file appears whole or not at all, and an existing one is never replaced. */
async function createOnce(path: string): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  const file = await open(draft, "w", 0o600);
  const material = randomBytes(32);
  try {
    await file.write(material);
    await file.sync();
    await link(draft, path);
    // What is sealed to a key that a power failure took is lost.
    await using folder: FileHandle = await open(dirname(path), "r");
    await folder.sync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    wipe(material);
    await file.close();
    await rm(draft, { force: true });
  }
}

/** A copy that is exactly as long as the bytes: a Buffer may be a window on a shared pool. */
export function arrayBufferOf(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}
