import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { expect, test } from "vitest";
import { x509Fingerprint, x509Generate } from "./x509-certificate.ts";

test("openssl reads the PKCS #12 with an empty password and finds the certificate and its key", () => {
  const { publicKey, privateKey } = x509Generate("me", Date.UTC(2045, 0, 1));
  const certificate = new X509Certificate(publicKey);
  expect(certificate).toMatchObject({ subject: "CN=me", issuer: "CN=me" });
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.validTo).toContain("2054");
  expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
  expect(certificate.subjectAltName).toContain("me@localhost");
  const read = (...options: string[]): string =>
    execFileSync("openssl", ["pkcs12", "-passin", "pass:", "-nodes", ...options], {
      input: Buffer.from(privateKey, "base64"),
      encoding: "utf8",
      stdio: ["pipe", "pipe", "ignore"],
    });
  expect(x509Fingerprint(read("-nokeys"))).toBe(x509Fingerprint(publicKey));
  const key = read("-nocerts");
  expect(certificate.checkPrivateKey(keyOf(key))).toBe(true);
});

function keyOf(pem: string): KeyObject {
  return createPrivateKey(pem.slice(pem.indexOf("-----BEGIN")));
}
