import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { keyPairGenerate } from "./generate.ts";
import { pemOf } from "./pem.ts";

test("PEM as node writes it, for every length of the last line", () => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const der = publicKey.export({ type: "spki", format: "der" });
  expect(pemOf("PUBLIC KEY", der).toString()).toBe(publicKey.export({ type: "spki", format: "pem" }));
  for (let length = 1; length <= 200; length += 1) {
    const bytes = randomBytes(length);
    const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
    expect(pemOf("X", bytes).toString()).toBe(
      ["-----BEGIN X-----", ...lines, "-----END X-----", ""].join("\n"),
    );
  }
});

test.each([
  ["rsa", 1024, "pem"],
  ["dsa", 1024, "der"],
  ["ec", 256, "pem"],
] as const)("a pair of %s", async (algorithm, bits, format) => {
  const pair = await keyPairGenerate(algorithm, bits, undefined);
  const privateKey = createPrivateKey({ key: pair.privateKey, format, type: "pkcs8" });
  const publicKey = createPublicKey({ key: pair.publicKey, format, type: "spki" });
  expect(privateKey.asymmetricKeyType).toBe(algorithm);
  expect(createPublicKey(privateKey).equals(publicKey)).toBe(true);
  if (algorithm === "rsa") expect(privateKey.asymmetricKeyDetails?.modulusLength).toBe(bits);
});

test.each(["rsa", "dsa"] as const)("%s encrypted with a passphrase", async (algorithm) => {
  const format = algorithm === "rsa" ? "pem" : "der";
  const { privateKey: key } = await keyPairGenerate(algorithm, 1024, Buffer.from("open sesame"));
  expect(() => createPrivateKey({ key, format, type: "pkcs8" })).toThrow();
  expect(() => createPrivateKey({ key, format, type: "pkcs8", passphrase: "wrong" })).toThrow();
  expect(createPrivateKey({ key, format, type: "pkcs8", passphrase: "open sesame" }).type).toBe("private");
});
