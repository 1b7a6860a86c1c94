import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { plainFileRead } from "./files.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-files-"));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);

test("a plain file is read, and what another user may have put in its place is not", async () => {
  await writeFile(at("plain"), "state");
  expect((await plainFileRead(at("plain"), 5)).toString()).toBe("state");
  await expect(plainFileRead(at("absent"), 5)).rejects.toThrow("ENOENT");

  await symlink(at("plain"), at("link"));
  await promisify(execFile)("mkfifo", [at("pipe")]);
  await mkdir(at("folder"));
  await symlink("/dev/zero", at("endless"));
  for (const name of ["link", "pipe", "folder", "endless"])
    await expect(plainFileRead(at(name), 5)).rejects.toMatchObject({ code: "conflict", detail: at(name) });
  await expect(plainFileRead(at("plain"), 4)).rejects.toMatchObject({ code: "conflict" });
});
