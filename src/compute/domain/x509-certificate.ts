import { X509Certificate } from "node:crypto";
import { CloudError, errorText } from "#base/errors.ts";

/** Nova's fingerprint of a certificate in PEM: SHA-1 of its DER, in hex with colons. */
export function x509Fingerprint(pem: string): string {
  if (!pem.includes("-----BEGIN CERTIFICATE-----")) throw invalid("it is no certificate in PEM", undefined);
  try {
    return new X509Certificate(pem).fingerprint.toLowerCase();
  } catch (cause) {
    throw invalid(errorText(cause), cause);
  }
}

function invalid(reason: string, cause: unknown): CloudError {
  return new CloudError(
    "invalid",
    `Keypair data is invalid: failed to generate X509 fingerprint. Error message: ${reason}`,
    { cause },
  );
}
