import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { standInWrite } from "./stand-in.ts";

const run = promisify(execFile);

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "sealstone-stand-in-"));
});
afterEach(() => rm(parent, { recursive: true }));

test("a program runs with a library that has nothing but the names, as long as it calls none", async () => {
  const folder = join(parent, "libraries");
  expect(await standInWrite({ program: "/bin/mkdir", library: "libselinux.so" }, folder)).toBe(folder);
  const [name = ""] = await readdir(folder);
  const env = { LD_LIBRARY_PATH: folder };
  expect(await run("/bin/mkdir", [join(parent, "made")], { env })).toEqual({ stdout: "", stderr: "" });
  expect((await readdir(parent)).toSorted()).toEqual(["libraries", "made"]);
  const traced = await run("/bin/mkdir", { env: { ...env, LD_TRACE_LOADED_OBJECTS: "1" } });
  expect(traced.stdout).toContain(`${name} => ${join(folder, name)}`);
});

test("a library that the program does not link to", async () => {
  const folder = join(parent, "libraries");
  expect(await standInWrite({ program: "/bin/mkdir", library: "libcurl" }, folder)).toBeUndefined();
});
