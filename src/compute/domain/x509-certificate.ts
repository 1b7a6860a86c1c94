import { generateKeyPairSync, randomBytes, sign, X509Certificate } from "node:crypto";
import { CloudError, errorText } from "#base/errors.ts";
import {
  derBits,
  derInteger,
  derNull,
  derOctets,
  derOid,
  derSequence,
  derSet,
  derTagged,
  derText,
  derTime,
} from "./der.ts";
import { pkcs12 } from "./pkcs12.ts";

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

const tenYearsMs = 3_650 * 86_400_000;

/**
 * A new certificate with which the user signs in to Windows over WinRM (nova.crypto.generate_winrm_x509_cert): the
 * certificate in PEM, and both it and its key as PKCS #12 without a password, in base64.
 */
export function x509Generate(
  userId: string,
  now: number,
): { readonly publicKey: string; readonly privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const name = derSequence(derSet(derSequence(derOid("2.5.4.3"), derText(userId))));
  const algorithm = derSequence(derOid("1.2.840.113549.1.1.11"), derNull);
  const content = derSequence(
    derTagged(0, derInteger(2)),
    // Random, positive and not 0 (RFC 5280 section 4.1.2.2).
    derInteger(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name,
    derSequence(derTime(now), derTime(now + tenYearsMs)),
    name,
    publicKey.export({ format: "der", type: "spki" }),
    derTagged(3, derSequence(...clientExtensions(`${userId}@localhost`))),
  );
  const certificate = derSequence(content, algorithm, derBits(sign("sha256", content, privateKey)));
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    publicKey: ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"),
    privateKey: pkcs12(privateKey.export({ format: "der", type: "pkcs8" }), certificate).toString("base64"),
  };
}

/** For client authentication, of the user whom Microsoft's principal name names. */
function clientExtensions(principal: string): readonly Uint8Array[] {
  const usage = derSequence(derOid("1.3.6.1.5.5.7.3.2"));
  const otherName = derTagged(0, derOid("1.3.6.1.4.1.311.20.2.3"), derTagged(0, derText(principal)));
  return [
    derSequence(derOid("2.5.29.37"), derOctets(usage)),
    derSequence(derOid("2.5.29.17"), derOctets(derSequence(otherName))),
  ];
}
