import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "#base/clock.ts";
import type { Database } from "#db/index.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import { keyManagerMigrations } from "../index.ts";
import { masterKeyOpen } from "./master-key-open.ts";

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

const openKey = (): ReturnType<typeof masterKeyOpen> => masterKeyOpen({ database, clock: systemClock, path });

test("the first start makes a private file, the second finds the same key", async () => {
  const first = await openKey();
  const { mode, size } = await stat(path);
  expect([mode & 0o777, size]).toEqual([0o600, 32]);
  const wrapped = await first.key.wrap(Buffer.from("project key"), ["x"]);
  const second = await openKey();
  expect(second.id).toBe(first.id);
  expect((await second.key.unwrap(wrapped, ["x"])).toString()).toBe("project key");
  expect((await readdir(folder)).filter((name) => name.startsWith("master.key"))).toEqual(["master.key"]);
});

test("replicas that start at once agree on one key", async () => {
  const opened = await Promise.all(Array.from({ length: 8 }, openKey));
  const wrapped = await opened[0]?.key.wrap(Buffer.from("k"), []);
  for (const { id, key } of opened) {
    expect(id).toBe(opened[0]?.id);
    expect((await key.unwrap(wrapped ?? "", [])).toString()).toBe("k");
  }
});

test("a key file that was put there beforehand is taken", async () => {
  await writeFile(path, Buffer.alloc(32, 7), { mode: 0o600 });
  await openKey();
  expect(await readFile(path)).toEqual(Buffer.alloc(32, 7));
});

test.each([0o640, 0o604, 0o660])("mode %o is refused, naming the file and the fix", async (mode) => {
  await openKey();
  await chmod(path, mode);
  await expect(openKey()).rejects.toThrow(`chmod 600 ${path}`);
});

test.each([0, 31, 33])("%i bytes are refused", async (size) => {
  await writeFile(path, Buffer.alloc(size), { mode: 0o600 });
  await expect(openKey()).rejects.toThrow(`${path} has ${size} bytes`);
});

test("a folder is no key file", async () => {
  await mkdir(path, { mode: 0o700 });
  await expect(openKey()).rejects.toThrow(path);
});

test("a lost key is refused and not made anew", async () => {
  await openKey();
  await rm(path);
  await expect(openKey()).rejects.toThrow(`${path} is missing`);
  await expect(stat(path)).rejects.toThrow("ENOENT");
});

test("a swapped key is refused", async () => {
  await openKey();
  await writeFile(path, Buffer.alloc(32, 9), { mode: 0o600 });
  await expect(openKey()).rejects.toThrow(`${path} is not the one`);
});
