import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import type { Static } from "typebox";
import type { commands } from "#bus/index.ts";
import { endorsementCertificates, tpmCertificatesRead } from "./certificates.ts";

type EndorsementKeys = Static<typeof commands.tpmManufacture.reply>["endorsementKeys"];

/** Where the certificates of a server's TPM are kept. */
export function tpmCertificatesFolder(tpmRecords: string): string {
  return join(tpmRecords, "certificates");
}

/**
 * The endorsement keys of the certificates in the folder (`ek-rsa2048.crt`, `ek-secp384r1.crt`, DER), RSA first; undefined when
 * none were kept.
 */
export async function endorsementKeysRead(folder: string): Promise<EndorsementKeys> {
  const certificates = endorsementCertificates(await tpmCertificatesRead(folder));
  return certificates.length === 0 ? undefined : certificates.map(endorsementKeyOf);
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
