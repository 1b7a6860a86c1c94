/**
 * What a whole cloud costs on one machine: memory and processor time of an idle `sealstone up`, the time of its starts,
 * what is installed, and the way from a fresh clone to a running vTPM server. The reference is real OpenStack on the
 * same kind of machine, measured once: 2 012 MB in 33 processes, 231 s from packages to the first server.
 */
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { sleep } from "#base/clock.ts";
import { prepareHost } from "../src/main/setup/prepare-host.ts";
import { clientAuthenticate } from "../test/kit/client.ts";
import { startRealCloud } from "../test/kit/real-cloud.ts";
import { freePort } from "../test/kit/test-cloud.ts";
import { serverRun } from "./server-run.ts";
import { cpuMs, memoryMiB } from "./process-usage.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..");
const idleMs = 15_000;

export async function bench(): Promise<void> {
  await prepareHost({ log: (line) => console.error(line) });
  await idleFigures();
  const { stdout } = await run("du", ["-sm", join(root, "node_modules"), join(root, "src")]);
  const [packages, source] = stdout.split("\n").map((line) => line.split("\t")[0]);
  console.log(`installed: npm packages with Node and development tools ${packages} MB, source ${source} MB`);
  await freshClone();
}

async function idleFigures(): Promise<void> {
  const cloud = await startRealCloud();
  try {
    await cloud.stop();
    const startedAt = performance.now();
    await cloud.start();
    console.log(`second start until the host is registered: ${seconds(performance.now() - startedAt)}`);
    // What follows a start is over by then.
    await sleep(15_000);
    const before = await cpuMs(cloud.pid());
    await sleep(idleMs);
    const used = (await cpuMs(cloud.pid())) - before;
    const { resident, proportional } = await memoryMiB(cloud.pid());
    console.log(
      `idle memory: resident ${resident.toFixed(0)} MiB, proportional ${proportional.toFixed(0)} MiB, one process`,
    );
    console.log(`idle processor time: ${((used / idleMs) * 100).toFixed(1)} % of one core`);
  } finally {
    await cloud.remove();
  }
}

/** As a new user: clone, `npm start`, the first server. Debian's packages are there already. */
async function freshClone(): Promise<void> {
  const folder = await mkdtemp("/var/tmp/sealstone-clone-");
  const port = await freePort();
  const startedAt = performance.now();
  await run("git", ["clone", "-q", root, folder]);
  const child = spawn("npm", ["start", "--", "--port", String(port)], {
    cwd: folder,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on("data", (text: Buffer) => text.toString().includes("Sealstone is up") && resolve());
      child.once("exit", (code) => reject(new Error(`npm start ended with ${code}`)));
    });
    const upAt = performance.now();
    const password = /OS_PASSWORD=(\S+)/.exec(
      await readFile(join(folder, ".sealstone", "openrc-demo"), "utf8"),
    )?.[1];
    const who = { user: "demo", password: password ?? "", project: "demo" };
    const server = await serverRun(await clientAuthenticate(`http://127.0.0.1:${port}`, who));
    console.log(
      `fresh clone until the cloud is up ${seconds(upAt - startedAt)}, until its first vTPM server is ACTIVE ${seconds(performance.now() - startedAt)}`,
    );
    await server.remove();
  } finally {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
    await ended;
    const cloudId = (await readFile(join(folder, ".sealstone", "cloud-id"), "utf8").catch(() => "")).trim();
    await rm(folder, { recursive: true });
    if (cloudId !== "") await rm(`/var/lib/sealstone/${cloudId}`, { recursive: true, force: true });
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
