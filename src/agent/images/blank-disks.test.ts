import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agentPaths, type ServerPaths } from "../agent-paths.ts";
import { systemPath } from "../run-program.ts";
import { blankDisksEnsure } from "./blank-disks.ts";

const run = promisify(execFile);

let folder: string;
let server: ServerPaths;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "blank-disks-"));
  const serverId = "5b3c7a0e-95a5-4f0a-9d5e-0d3f1e0a7c11";
  server = agentPaths({ statePath: folder, instancesPath: folder }).server(serverId);
});
afterEach(() => rm(folder, { recursive: true }));

/** What blkid(8) says of the file. */
async function contentOf(path: string): Promise<Record<string, string>> {
  const { stdout } = await run("blkid", ["-p", "-o", "export", path], { env: { PATH: systemPath } });
  return Object.fromEntries(
    stdout.split("\n").flatMap((line) => {
      const [name = "", value] = line.split("=");
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
const sizeOf = async (path: string): Promise<number> => (await stat(path)).size;

test("an ephemeral disk has an empty file system, swap space a signature; neither takes room", async () => {
  await blankDisksEnsure(server, { ephemeralGiB: 2, swapMiB: 64 });
  expect(await readdir(server.folder)).toEqual(["disk.eph0", "disk.swap"]);
  expect(await contentOf(server.ephemeral.disk)).toMatchObject({ LABEL: "ephemeral0", TYPE: "ext4" });
  expect(await contentOf(server.swapDisk)).toMatchObject({ TYPE: "swap" });
  expect(await sizeOf(server.ephemeral.disk)).toBe(2 * 1024 ** 3);
  expect(await sizeOf(server.swapDisk)).toBe(64 * 1024 ** 2);
  const { blocks, mode } = await stat(server.ephemeral.disk);
  expect(blocks * 512).toBeLessThan(256 * 1024 ** 2);
  expect(mode & 0o077).toBe(0);
});

test("what is there stays and grows; swap space of another size is new; what the flavor has not goes", async () => {
  const wanted = { ephemeralGiB: 1, swapMiB: 64 };
  await blankDisksEnsure(server, wanted);
  const before = [await contentOf(server.ephemeral.disk), await contentOf(server.swapDisk)];
  await blankDisksEnsure(server, wanted);
  expect([await contentOf(server.ephemeral.disk), await contentOf(server.swapDisk)]).toEqual(before);
  await blankDisksEnsure(server, { ephemeralGiB: 2, swapMiB: 32 });
  expect((await contentOf(server.ephemeral.disk))["UUID"]).toBe(before[0]?.["UUID"]);
  expect(await sizeOf(server.ephemeral.disk)).toBe(2 * 1024 ** 3);
  expect((await contentOf(server.swapDisk))["UUID"]).not.toBe(before[1]?.["UUID"]);
  await blankDisksEnsure(server, {});
  expect(await readdir(server.folder)).toEqual([]);
});
