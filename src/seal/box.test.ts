import { mkdtemp, chmod, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { boxOpen, boxSeal, sealKeyPairLoad } from "./index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-seal-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("only the owner of the key opens a box, and only for its purpose", async () => {
  const [mine, other] = [
    await sealKeyPairLoad(join(folder, "mine")),
    await sealKeyPairLoad(join(folder, "other")),
  ];
  const box = await boxSeal(mine.publicKey, Buffer.from("passphrase"), "server 1");
  expect(box).not.toContain(Buffer.from("passphrase").toString("base64").slice(0, 8));
  expect((await boxOpen(mine, box, "server 1")).toString()).toBe("passphrase");
  await expect(boxOpen(mine, box, "server 2")).rejects.toThrow(/could not be opened/);
  await expect(boxOpen(other, box, "server 1")).rejects.toThrow(/could not be opened/);
});

test("the key file is made once, private, and kept", async () => {
  const path = join(folder, "key");
  const first = await sealKeyPairLoad(path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await sealKeyPairLoad(path)).publicKey).toBe(first.publicKey);
  await chmod(path, 0o644);
  await expect(sealKeyPairLoad(path)).rejects.toThrow(/mode 0600, found 32 bytes of mode 0644/);
});
