import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "#base/clock.ts";
import type { Database } from "#db/index.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import { keyManagerMigrations } from "../index.ts";
import { masterKeyFile } from "./master-key-file.ts";
import { masterKeyRingOpen } from "./master-key-ring.ts";

let folder: string;
let path: string;
let database: Database;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-master-key-"));
  path = join(folder, "master.key");
  database = await openTestDatabase(keyManagerMigrations, { inMemory: true });
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const openRing = (at = path): ReturnType<typeof masterKeyRingOpen> =>
  masterKeyRingOpen({ database, clock: systemClock, holder: masterKeyFile(at) });

test("the first start makes a private file, the second finds the same key", async () => {
  const first = await openRing();
  const { mode, size } = await stat(path);
  expect([mode & 0o777, size]).toEqual([0o600, 32]);
  const wrapped = await first.wrap(Buffer.from("project key"), ["x"]);
  const second = await openRing();
  expect((await second.unwrap(wrapped, ["x"])).toString()).toBe("project key");
  expect((await readdir(folder)).filter((name) => name.startsWith("master.key"))).toEqual(["master.key"]);
});

test("replicas that start at once agree on one key", async () => {
  const opened = await Promise.all(Array.from({ length: 8 }, () => openRing()));
  const wrapped = await opened[0]?.wrap(Buffer.from("k"), []);
  if (!wrapped) throw new Error("no ring");
  for (const ring of opened) {
    expect((await ring.unwrap(wrapped, [])).toString()).toBe("k");
    expect((await ring.wrap(Buffer.from("k"), [])).masterKeyId).toBe(wrapped.masterKeyId);
  }
});

test("a key file that was put there beforehand is taken", async () => {
  await writeFile(path, Buffer.alloc(32, 7), { mode: 0o600 });
  await openRing();
  expect(await readFile(path)).toEqual(Buffer.alloc(32, 7));
});

test.each([0o640, 0o604, 0o660])("mode %o is refused, naming the file and the fix", async (mode) => {
  await openRing();
  await chmod(path, mode);
  await expect(openRing()).rejects.toThrow(`chmod 600 ${path}`);
});

test.each([0, 31, 33])("%i bytes are refused", async (size) => {
  await writeFile(path, Buffer.alloc(size), { mode: 0o600 });
  await expect(openRing()).rejects.toThrow(`${path} has ${size} bytes`);
});

test("a folder is no key file", async () => {
  await mkdir(path, { mode: 0o700 });
  await expect(openRing()).rejects.toThrow(path);
});

test("a lost key is refused and not made anew", async () => {
  await openRing();
  await rm(path);
  await expect(openRing()).rejects.toThrow(`${path} is missing`);
  await expect(stat(path)).rejects.toThrow("ENOENT");
});

test("a swapped key is refused", async () => {
  await openRing();
  await writeFile(path, Buffer.alloc(32, 9), { mode: 0o600 });
  await expect(openRing()).rejects.toThrow(`${path} is not the one`);
});
