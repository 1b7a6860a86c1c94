import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { swtpmBeganWatch, swtpmOrphansEnd } from "./swtpm-began.ts";

const domain = "instance-9351886d-be9f-4d4d-b8ee-19e2580cba28";
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-swtpm-began-"));
});
afterEach(() => rm(folder, { recursive: true }));

const pidFile = (name: string): Promise<void> => writeFile(join(folder, `${name}-swtpm.pid`), "1\n");

test("a swtpm of the domain that began since is heard of; one of an earlier start, or another's, is not", async () => {
  await pidFile("7-instance-9351886d-be");
  const ended = new AbortController();
  const began = (await swtpmBeganWatch(domain, ended.signal, folder))();
  let heard = false;
  void began.then(() => (heard = true));
  await pidFile("8-instance-a4665b8a-a6");
  await writeFile(join(folder, "9-instance-9351886d-be-swtpm.sock"), "");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(heard).toBe(false);
  await pidFile("9-instance-9351886d-be");
  await began;
});

test("of a domain that is off, what an interrupted start left is ended; another's is not", async () => {
  const begin = (server: string) => {
    // A shell that is called as swtpm is, and waits.
    const child = spawn("/bin/sh", ["-c", "read -r never", `--tpmstate=dir=${folder}/${server}/tpm2`], {
      argv0: "swtpm",
      stdio: ["pipe", "ignore", "ignore"],
    });
    return { child, ended: new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal))) };
  };
  const [own, foreign] = [begin("own"), begin("other")];
  await Promise.all(
    [own, foreign].map(({ child }) => new Promise((resolve) => child.once("spawn", resolve))),
  );
  await pidFile("8-instance-a4665b8a-a6");
  expect(await swtpmOrphansEnd(domain, join(folder, "own"), folder)).toBe(0);
  await pidFile("7-instance-9351886d-be");
  expect(await swtpmOrphansEnd(domain, join(folder, "own"), folder)).toBe(1);
  expect(await own.ended).toBe("SIGKILL");
  expect(await readdir(folder)).toEqual(["8-instance-a4665b8a-a6-swtpm.pid"]);
  expect(foreign.child.exitCode).toBeNull();
  foreign.child.kill();
});

test("who no longer waits is let go, also where libvirt has no such folder", async () => {
  const ended = new AbortController();
  const began = (await swtpmBeganWatch(domain, ended.signal, join(folder, "absent")))();
  const reason = new Error("the start has failed");
  ended.abort(reason);
  await expect(began).rejects.toBe(reason);
});
