import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { libvirtStart } from "../../src/main/setup/libvirt.ts";
import { eventually } from "./client.ts";
import { libvirtdStop } from "./libvirtd.ts";
import { processesWith } from "./processes.ts";

const run = promisify(execFile);

/** libvirt's state of running domains; a boot empties it (it is a tmpfs). */
const runFolder = "/run/libvirt/qemu";

/**
 * What a boot of the machine leaves of these servers: libvirtd is another process, and of their QEMUs, their swtpms and what libvirt
 * knew of them as running nothing is there. Other clouds' domains run on; libvirtd finds them again. The cloud is down meanwhile.
 */
export async function hostRebootSimulate(serverIds: readonly string[]): Promise<void> {
  const names = new Set<string>();
  for (const name of (await run("virsh", ["-q", "list", "--name"])).stdout.split("\n")) {
    if (serverIds.some((id) => name.includes(id))) names.add(name);
  }
  if (names.size !== serverIds.length)
    throw new Error(`${names.size} of ${serverIds.length} servers run: ${[...names].join(", ")}`);
  await libvirtdStop();
  const killed = await processesOf(serverIds);
  for (const pid of killed) process.kill(pid, "SIGKILL");
  await eventually(async () => ((await processesOf(serverIds)).length === 0 ? true : undefined), 60_000);
  for (const name of names)
    for (const end of ["xml", "pid"]) await rm(join(runFolder, `${name}.${end}`), { force: true });
  await libvirtStart();
}

/** The QEMU and the swtpm of each. */
export async function processesOf(serverIds: readonly string[]): Promise<number[]> {
  return processesWith(/qemu-system|swtpm/, serverIds);
}
