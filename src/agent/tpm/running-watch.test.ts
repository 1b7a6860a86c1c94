import { spawn, type ChildProcess } from "node:child_process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newUuid } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import type { TpmCopies } from "./copies.ts";
import { runningTpmsWatch } from "./running-watch.ts";
import { runningList, runningServers, swtpmAbandonedEnd } from "./swtpm-running.ts";

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

/** A process that calls itself so, with words among its arguments. */
function processOf(program: string, ...words: readonly string[]): ChildProcess {
  const stdio = ["pipe", "ignore", "ignore"] as const;
  const child = spawn("sh", ["-c", "read end", ...words], { argv0: program, stdio: [...stdio] });
  children.push(child);
  return child;
}

const swtpmOf = (serverId: string): ChildProcess =>
  processOf("/usr/bin/swtpm", `dir=/var/lib/libvirt/swtpm/${serverId}/tpm2,mode=0600`);
const qemuOf = (serverId: string): ChildProcess =>
  processOf("/usr/bin/qemu-system-x86_64", "-uuid", serverId, "-no-user-config");

test("a server whose swtpm ends while its QEMU runs is told of, and no other", async () => {
  const [lives, dies, down, stops] = [newUuid(), newUuid(), newUuid(), newUuid()];
  const swtpm = new Map([lives, dies, down, stops].map((id) => [id, swtpmOf(id)]));
  for (const id of [lives, dies, stops]) qemuOf(id);
  await expect
    .poll(async () => {
      const found = await runningServers();
      return [...found.swtpm.keys()].filter((id) => swtpm.has(id)).length + found.qemu.size;
    }, until)
    .toBeGreaterThanOrEqual(7);
  let running = [lives, dies, down, stops];
  let sweeps = 0;
  const sweep = async (): Promise<void> => void (sweeps += 1);
  const copies = { watched: () => running, sweep } as unknown as TpmCopies;
  const lost: string[] = [];
  void runningTpmsWatch({ copies, log: silentLogger }, (id) => lost.push(id), end.signal, everyMs);
  await expect.poll(() => sweeps, until).toBeGreaterThan(3);
  expect(lost).toEqual([]);
  // Its QEMU is gone, and libvirt has not said so yet.
  swtpm.get(down)?.kill("SIGKILL");
  running = [lives, dies, down];
  for (const id of [stops, dies]) swtpm.get(id)?.kill("SIGKILL");
  // And again, should nobody have heard of it.
  await expect.poll(() => lost.slice(0, 2), until).toEqual([dies, dies]);
});

test("what was started on an abandoned folder is ended, and nothing else that names it", async () => {
  const folder = `/var/tmp/abandoned-${newUuid()}/`;
  const swtpm = processOf("swtpm_setup", `${folder}work`);
  processOf("an-editor", `${folder}work`);
  await expect.poll(() => swtpmAbandonedEnd(folder), until).toBe(1);
  await expect.poll(() => swtpm.signalCode, until).toBe("SIGKILL");
  expect(children[1]?.signalCode).toBeNull();
});

test("what an abandoned swtpm_setup starts while it is looked for is ended too", async () => {
  const folder = `/var/tmp/abandoned-${newUuid()}/`;
  const setup = processOf("swtpm_setup", `${folder}work`);
  let swtpm: ChildProcess | undefined;
  const look: typeof runningList = async (programs) => {
    const found = await runningList(programs);
    if (swtpm !== undefined || !found.some(({ pid }) => pid === setup.pid)) return found;
    const { pid: late } = (swtpm = processOf("swtpm", `${folder}work`));
    const seen = async (): Promise<boolean> => (await runningList(programs)).some(({ pid }) => pid === late);
    await expect.poll(seen, until).toBe(true);
    return found;
  };
  await expect.poll(() => swtpmAbandonedEnd(folder, look), until).toBe(2);
  await expect.poll(() => swtpm?.signalCode, until).toBe("SIGKILL");
});
