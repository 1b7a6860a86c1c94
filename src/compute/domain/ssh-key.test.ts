import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sshFingerprint, sshKeyGenerate } from "./ssh-key.ts";

test("ssh-keygen agrees on key and fingerprint", () => {
  const folder = mkdtempSync(join(tmpdir(), "sealstone-ssh-"));
  const { publicKey, privateKey } = sshKeyGenerate("me");
  writeFileSync(join(folder, "key.pub"), publicKey);
  writeFileSync(join(folder, "key"), privateKey, { mode: 0o600 });
  const listed = execFileSync("ssh-keygen", ["-E", "md5", "-lf", join(folder, "key.pub")], {
    encoding: "utf8",
  });
  expect(listed).toContain(`MD5:${sshFingerprint(publicKey)}`);
  const derived = execFileSync("ssh-keygen", ["-yf", join(folder, "key")], { encoding: "utf8" });
  expect(derived.split(" ")[1]?.trim()).toBe(publicKey.split(" ")[1]);
  rmSync(folder, { recursive: true });
});

test.each(["", "ssh-rsa", "ssh-rsa AAAA", "hello world"])("%j is no public key", (text) => {
  expect(() => sshFingerprint(text)).toThrow(/^Keypair data is invalid/);
});
