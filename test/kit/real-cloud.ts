import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { swtpmAbandonedEnd } from "#agent/tpm/swtpm-running.ts";
import { clientAuthenticate, eventually, type Client } from "./client.ts";
import { freePort } from "./test-cloud.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..", "..");

/** One TPM ahead, so that both ways to one are gone; a test that wants more sets the variable itself. */
const tpmPool = { SEALSTONE_TPM_POOL__SIZE: "1" };

export interface RealCloud {
  readonly url: string;
  readonly statePath: string;
  /** Where disks, images and consoles are. */
  readonly instancesPath: string;
  readonly hostname: string;
  readonly admin: Client;
  readonly demo: Client;
  /** Names of the domains of this cloud that libvirt knows. */
  domains(): Promise<string[]>;
  /** Of the process that is the cloud now. */
  pid(): number;
  /** kill -9 of the process itself. */
  kill(): Promise<void>;
  /** It kills itself when this moment of a saga comes (main/kill-at.ts); resolves when it has. */
  killedAt(moment: string, ask: () => Promise<unknown>): Promise<void>;
  /** Starts it again after a kill or a stop, until the API answers; with `killAfterMs` it is killed then, up or not. */
  start(killAfterMs?: number): Promise<void>;
  /** SIGTERM; the exit status. */
  stop(): Promise<number>;
  /** Ends it and removes whatever it left on the machine, but for its state directory when that is to be looked at. */
  remove(options?: { readonly keepState: boolean }): Promise<void>;
}

export interface RealCloudOptions {
  /** Of its sealstone.conf; a function is asked when the cloud starts. */
  readonly config?: string | (() => Promise<string>);
}

/** `sealstone start` in a process of its own, on this machine's libvirt, with state and port of its own. */
export async function startRealCloud({ config }: RealCloudOptions = {}): Promise<RealCloud> {
  const statePath = await mkdtemp("/var/tmp/sealstone-test-");
  const lines = typeof config === "function" ? await config() : config;
  if (lines !== undefined) await writeFile(join(statePath, "sealstone.conf"), lines);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let process = await launch(statePath, port);
  const passwordOf = async (file: string): Promise<string> =>
    /OS_PASSWORD=(\S+)/.exec(await readFile(join(statePath, file), "utf8"))?.[1] ?? "";
  const cloudId = (await readFile(join(statePath, "cloud-id"), "utf8")).trim();
  const instancesPath = `/var/lib/sealstone/${cloudId}`;
  const admin = await clientAuthenticate(url, {
    user: "admin",
    password: await passwordOf("openrc"),
    project: "admin",
  });
  const demo = await clientAuthenticate(url, {
    user: "demo",
    password: await passwordOf("openrc-demo"),
    project: "demo",
  });
  const services = await admin.send("GET", "/compute/v2.1/os-services");
  const domains = async (): Promise<string[]> => {
    const { stdout } = await run("virsh", ["-q", "list", "--all", "--name"]);
    const names = stdout.split("\n").filter((name) => name.startsWith("instance-"));
    const ours: string[] = [];
    for (const name of names) {
      const xml = await run("virsh", ["dumpxml", name]).then(
        ({ stdout: text }) => text,
        () => "",
      );
      if (xml.includes(cloudId)) ours.push(name);
    }
    return ours;
  };
  const cloud: RealCloud = {
    url,
    statePath,
    instancesPath,
    hostname: services.body.services[0]?.host as string,
    admin,
    demo,
    domains,
    pid: () => process.pid ?? 0,
    async kill() {
      const ended = exited(process);
      process.kill("SIGKILL");
      await ended;
    },
    async killedAt(moment, ask) {
      const ended = exited(process);
      await writeFile(killAtPath(statePath), moment);
      await ask();
      await ended;
    },
    async start(killAfterMs) {
      if (killAfterMs === undefined) {
        process = await launch(statePath, port);
        return;
      }
      process = begin(statePath, port);
      await sleep(killAfterMs);
      await cloud.kill();
    },
    async stop() {
      const ended = exited(process);
      process.kill("SIGTERM");
      return ended;
    },
    async remove(options = { keepState: false }) {
      if (process.exitCode === null && process.signalCode === null) await cloud.stop();
      // Of a cloud that was killed while it made a TPM ahead.
      await swtpmAbandonedEnd(`${instancesPath}/tpm-pool/`);
      for (const name of await domains()) {
        await run("virsh", ["destroy", name]).catch(() => undefined);
        await run("virsh", ["undefine", name, "--managed-save", "--tpm"]).catch(() => undefined);
      }
      if (!options.keepState) await rm(statePath, { recursive: true, force: true });
      await rm(killAtPath(statePath), { force: true });
      await rm(instancesPath, { recursive: true, force: true });
    },
  };
  return cloud;
}

const environment = globalThis.process.env;

function killAtPath(statePath: string): string {
  return `${statePath}.kill-at`;
}

/** The server itself, not its launcher, so that a signal reaches the process that counts. */
function begin(statePath: string, port: number): ChildProcess {
  const script = join(root, "src", "main", "sealstone.ts");
  return spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      script,
      "start",
      "--state-path",
      statePath,
      "--port",
      String(port),
    ],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...tpmPool, ...environment, SEALSTONE_KILL_AT: killAtPath(statePath) },
    },
  );
}

async function launch(statePath: string, port: number): Promise<ChildProcess> {
  const child = begin(statePath, port);
  let printed = "";
  child.stdout?.on("data", (text: Buffer) => (printed += text.toString()));
  child.stderr?.on("data", (text: Buffer) => (printed += text.toString()));
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`sealstone start ended with ${child.exitCode}:\n${printed}`);
    return printed.includes("Sealstone is up") ? true : undefined;
  }, 240_000);
  return child;
}

async function exited(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? -1;
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? -1)));
}
