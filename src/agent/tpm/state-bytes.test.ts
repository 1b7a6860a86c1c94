import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newUuid } from "#base/ids.ts";
import { agentPaths, type ServerPaths } from "../agent-paths.ts";
import { tpmStateRead, tpmStateWrite } from "./state-bytes.ts";

let folder: string;
let paths: ServerPaths;
const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-state-"));
  const server = agentPaths({ statePath: folder, instancesPath: folder }).server(newUuid());
  paths = { ...server, tpmState: join(folder, "swtpm") };
});
afterEach(() => rm(folder, { recursive: true }));

test("a restore writes through no link that a swtpm left, and a link is no state", async () => {
  const theirs = join(folder, "roots-own");
  await writeFile(theirs, "root's");
  const state = join(paths.tpmState, "tpm2", "tpm2-00.permall");
  await mkdir(join(paths.tpmState, "tpm2"), { recursive: true });
  for (const name of [state, `${state}.restoring`, join(paths.tpmState, "tpm2", "restoring")])
    await symlink(theirs, name);
  await expect(tpmStateRead(paths, "2.0")).rejects.toMatchObject({ code: "conflict" });

  await tpmStateWrite(paths, "2.0", Buffer.from("the vault's"), owner);
  expect((await tpmStateRead(paths, "2.0"))?.bytes.toString()).toBe("the vault's");
  expect((await stat(state)).mode & 0o777).toBe(0o600);
  expect(await readFile(theirs, "utf8")).toBe("root's");
});
