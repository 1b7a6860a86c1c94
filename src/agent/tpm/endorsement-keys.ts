import { X509Certificate } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Static } from "typebox";
import type { commands } from "#bus/index.ts";
import { isAbsent } from "../files.ts";

type EndorsementKeys = Static<typeof commands.tpmManufacture.reply>["endorsementKeys"];

/** Where the certificates of the endorsement keys are kept that swtpm_setup wrote. */
export function tpmCertificatesFolder(tpmRecords: string): string {
  return join(tpmRecords, "certificates");
}

/**
 * The endorsement keys of the certificates in the folder (`ek-rsa2048.crt`, `ek-secp384r1.crt`, DER), RSA first; undefined when
 * none were kept.
 */
export async function endorsementKeysRead(folder: string): Promise<EndorsementKeys> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
  const files = names.filter((name) => /^ek-.*\.crt$/.test(name)).toSorted();
  if (files.length === 0) return undefined;
  return Promise.all(files.map(async (name) => endorsementKeyOf(await readFile(join(folder, name)))));
}

function endorsementKeyOf(der: Buffer): NonNullable<EndorsementKeys>[number] {
  const certificate = new X509Certificate(der);
  const { publicKey } = certificate;
  return {
    algorithm: publicKey.asymmetricKeyType === "ec" ? "ecc" : "rsa",
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    certificate: certificate.toString(),
  };
}
