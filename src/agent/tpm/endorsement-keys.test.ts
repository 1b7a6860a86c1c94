import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eccCertificate, eccPublicKey, rsaCertificate } from "./endorsement-keys.fixture.ts";
import { endorsementKeysRead } from "./endorsement-keys.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-certificates-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("the keys of a TPM 2.0 and their certificates, as PEM", async () => {
  await writeFile(join(folder, "ek-secp384r1.crt"), eccCertificate);
  await writeFile(join(folder, "ek-rsa2048.crt"), rsaCertificate);
  await writeFile(join(folder, "platform.crt"), "no endorsement key's");
  const keys = (await endorsementKeysRead(folder)) ?? [];
  expect(keys.map(({ algorithm }) => algorithm)).toEqual(["rsa", "ecc"]);
  expect(keys[1]?.publicKey).toBe(eccPublicKey);
  for (const [index, der] of [rsaCertificate, eccCertificate].entries()) {
    const certificate = new X509Certificate(keys[index]?.certificate ?? "");
    expect(certificate.raw.equals(der)).toBe(true);
    expect(certificate.subject).toContain("5b2a4a8c-8f1c-4a52-9a87-0c5c2f3a1d10");
    expect(certificate.publicKey.export({ type: "spki", format: "pem" })).toBe(keys[index]?.publicKey);
  }
});

test("a folder that is empty or was never made says nothing", async () => {
  expect(await endorsementKeysRead(folder)).toBeUndefined();
  expect(await endorsementKeysRead(join(folder, "absent"))).toBeUndefined();
});
