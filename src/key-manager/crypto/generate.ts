import { generateKeyPair, randomBytes, type KeyObject } from "node:crypto";
import { wipe } from "#base/secret.ts";
import type { KeyPairAlgorithm } from "../domain/key-algorithms.ts";
import { pemOf } from "./pem.ts";

/** In fresh Buffers, which the caller wipes. */
export interface KeyPair {
  /** PKCS#8 (RFC 5958), encrypted when there is a passphrase. */
  readonly privateKey: Buffer;
  /** SubjectPublicKeyInfo (RFC 5280). */
  readonly publicKey: Buffer;
}

export function symmetricKeyGenerate(bits: number): Buffer {
  return randomBytes(bits / 8);
}

/** PEM for RSA and EC, DER for DSA: as Barbican's own back end has them. */
export async function keyPairGenerate(
  algorithm: KeyPairAlgorithm,
  bits: number,
  passphrase: Buffer | undefined,
): Promise<KeyPair> {
  const made = await keyObjects(algorithm, bits);
  const pkcs8 = privateKeyExport(made.privateKey, passphrase);
  const spki = made.publicKey.export({ type: "spki", format: "der" });
  if (algorithm === "dsa") return { privateKey: pkcs8, publicKey: spki };
  const label = passphrase ? "ENCRYPTED PRIVATE KEY" : "PRIVATE KEY";
  try {
    return { privateKey: pemOf(label, pkcs8), publicKey: pemOf("PUBLIC KEY", spki) };
  } finally {
    wipe(pkcs8);
  }
}

function privateKeyExport(key: KeyObject, passphrase: Buffer | undefined): Buffer {
  if (!passphrase) return key.export({ type: "pkcs8", format: "der" });
  return key.export({ type: "pkcs8", format: "der", cipher: "aes-256-cbc", passphrase });
}

interface KeyObjects {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** In a thread of its own: nobody else waits. */
function keyObjects(algorithm: KeyPairAlgorithm, bits: number): Promise<KeyObjects> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, publicKey: KeyObject, privateKey: KeyObject): void => {
      if (error) reject(error);
      else resolve({ publicKey, privateKey });
    };
    if (algorithm === "rsa") generateKeyPair("rsa", { modulusLength: bits }, done);
    // FIPS 186-4, 4.2: the lengths that go together.
    else if (algorithm === "dsa")
      generateKeyPair("dsa", { modulusLength: bits, divisorLength: bits === 1024 ? 160 : 256 }, done);
    else generateKeyPair("ec", { namedCurve: `P-${bits}` }, done);
  });
}
