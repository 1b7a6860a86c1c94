import { existsSync } from "node:fs";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { libvirtStart } from "../../src/main/setup/libvirt.ts";
import { eventually } from "./client.ts";

const run = promisify(execFile);

/** As a shutdown of the machine does; its domains run on. The machine's other clouds have none either until it is started again. */
export async function libvirtdStop(): Promise<void> {
  if (existsSync("/run/systemd/system")) {
    await run("systemctl", ["stop", "libvirtd.socket", "libvirtd-ro.socket", "libvirtd-admin.socket"]);
    await run("systemctl", ["stop", "libvirtd"]);
    return;
  }
  await libvirtdEnd("SIGTERM");
}

/** kill -9 of libvirtd, and a new one after `awayMs`; where systemd runs it may have begun one by then. */
export async function libvirtdKill(awayMs: number): Promise<void> {
  await libvirtdEnd("SIGKILL");
  await new Promise((resolve) => setTimeout(resolve, awayMs));
  await libvirtStart();
}

async function libvirtdEnd(signal: NodeJS.Signals): Promise<void> {
  const pid = Number(await readFile("/run/libvirtd.pid", "utf8"));
  process.kill(pid, signal);
  await eventually(async () => (existsSync(`/proc/${pid}`) ? undefined : true), 120_000);
}
