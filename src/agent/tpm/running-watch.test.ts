import { spawn, type ChildProcess } from "node:child_process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newUuid } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import type { TpmCopies } from "./copies.ts";
import { runningTpmsWatch } from "./running-watch.ts";
import { swtpmAbandonedEnd, swtpmServers } from "./swtpm-running.ts";

const everyMs = 20;
const until = { timeout: 10_000, interval: 10 };
let children: ChildProcess[];
let end: AbortController;
beforeEach(() => {
  [children, end] = [[], new AbortController()];
});
afterEach(() => {
  end.abort();
  for (const child of children) child.kill("SIGKILL");
});

/** A process that calls itself so, with a word among its arguments. */
function processOf(program: string, word: string): ChildProcess {
  const child = spawn("sh", ["-c", "sleep 60; true", word], { argv0: program, stdio: "ignore" });
  children.push(child);
  return child;
}

const stateArgument = (serverId: string): string => `dir=/var/lib/libvirt/swtpm/${serverId}/tpm2,mode=0600`;

test("a server whose swtpm ends is told of, one that has it or goes down is not", async () => {
  const [lives, dies, stops] = [newUuid(), newUuid(), newUuid()];
  processOf("/usr/bin/swtpm", stateArgument(lives));
  const dying = processOf("/usr/bin/swtpm", stateArgument(dies));
  const stopping = processOf("/usr/bin/swtpm", stateArgument(stops));
  await expect
    .poll(async () => [...(await swtpmServers()).keys()], until)
    .toEqual(expect.arrayContaining([lives, dies, stops]));
  let running = [lives, dies, stops];
  let sweeps = 0;
  const sweep = async (): Promise<void> => void (sweeps += 1);
  const copies = { watched: () => running, sweep } as unknown as TpmCopies;
  const lost: string[] = [];
  void runningTpmsWatch({ copies, log: silentLogger }, (id) => lost.push(id), end.signal, everyMs);
  await expect.poll(() => sweeps, until).toBeGreaterThan(3);
  expect(lost).toEqual([]);
  running = [lives, dies];
  stopping.kill("SIGKILL");
  dying.kill("SIGKILL");
  // And again, should nobody have heard of it.
  await expect.poll(() => lost, until).toEqual([dies, dies]);
});

test("what was started on an abandoned folder is ended, and nothing else that names it", async () => {
  const folder = `/var/tmp/abandoned-${newUuid()}/`;
  const swtpm = processOf("swtpm_setup", `${folder}work`);
  processOf("an-editor", `${folder}work`);
  await expect.poll(() => swtpmAbandonedEnd(folder), until).toBe(1);
  await expect.poll(() => swtpm.signalCode, until).toBe("SIGKILL");
  expect(children[1]?.signalCode).toBeNull();
});
