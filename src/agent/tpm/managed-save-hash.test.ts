import { createHash } from "node:crypto";
import { mkdtemp, open, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sleep } from "#base/clock.ts";
import { fileHash } from "./managed-save-hash.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-hash-"));
  path = join(folder, "save");
});
afterEach(() => rm(folder, { recursive: true }));

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
/** More than two pieces, and not a whole number of them. */
const content = Buffer.alloc(9 * 1024 ** 2 + 17, "content");

test("the hash is that of all bytes, the first time and again", async () => {
  await writeFile(path, content);
  expect(await fileHash(path)).toBe(sha256(content));
  expect(await fileHash(path)).toBe(sha256(content));
  await writeFile(path, "");
  expect(await fileHash(path)).toBe(sha256(Buffer.alloc(0)));
});

test("a byte that is written in place is seen, also when the file's time is set back", async () => {
  await writeFile(path, content);
  await utimes(path, 1, 1);
  await fileHash(path);
  // The kernel's clock for files ticks every few milliseconds.
  await sleep(20);
  const file = await open(path, "r+");
  await file.write(Buffer.from("X"), 0, 1, 5_000_000);
  await file.close();
  await utimes(path, 1, 1);
  const changed = Buffer.from(content);
  changed.write("X", 5_000_000);
  expect(await fileHash(path)).toBe(sha256(changed));
});

test("another file of the same size in its place is seen", async () => {
  await writeFile(path, content);
  await fileHash(path);
  const other = Buffer.alloc(content.length, "another");
  await writeFile(join(folder, "other"), other);
  await rename(join(folder, "other"), path);
  expect(await fileHash(path)).toBe(sha256(other));
});

test("a file that is not there is an error", async () => {
  await expect(fileHash(path)).rejects.toMatchObject({ code: "ENOENT" });
});
