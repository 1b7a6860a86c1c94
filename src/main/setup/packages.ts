import { execFile, spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { promisify } from "node:util";
import { sleep } from "#base/clock.ts";
import { CloudError, errorText } from "#base/errors.ts";
import { guestPackages } from "../../../guest/packages.ts";

const run = promisify(execFile);

/** What a compute host needs of the distribution, and what the test guest is built from. */
export const hostPackages: readonly string[] = [
  "libvirt-daemon-system",
  "libvirt-clients",
  "qemu-system-x86",
  "qemu-utils",
  "swtpm",
  "swtpm-tools",
  "openssh-client",
  ...guestPackages,
].filter((name, index, all) => all.indexOf(name) === index);

/** The real clients, for tests. */
export const clientPackages: readonly string[] = [
  "python3-openstackclient",
  "python3-osc-placement",
  // What its own tests stand on.
  "python3-oslotest",
  "python3-barbicanclient",
];

/** OpenStack's own key manager, as a library, and what runs it; no package of these starts a service. */
export const barbicanPackages: readonly string[] = ["python3-barbican", "uwsgi-core", "uwsgi-plugin-python3"];

/** The database server that tests use besides SQLite. */
export const databasePackages: readonly string[] = ["postgresql", "util-linux"];

/** Those that are not installed. */
export async function packagesMissing(names: readonly string[]): Promise<string[]> {
  const args = ["-W", "-f", "${db:Status-Status} ${Package}\n", ...names];
  // It fails when one is unknown, and still prints the others.
  const { stdout } = await run("dpkg-query", args).catch((error: { stdout?: string }) => ({
    stdout: error.stdout ?? "",
  }));
  const installed = new Set(
    stdout
      .split("\n")
      .filter((line) => line.startsWith("installed "))
      .map((line) => line.slice("installed ".length)),
  );
  return names.filter((name) => !installed.has(name));
}

/** A machine that has just booted may be looking for its security updates. */
const listsPatienceMs = 300_000;

/** apt-get update; waits while somebody else does it, for which apt-get itself has no option. */
export async function packageListsFetch(logPath: string): Promise<void> {
  for (const end = Date.now() + listsPatienceMs; ; await sleep(5_000)) {
    try {
      return await aptGet(["update"], logPath);
    } catch (error) {
      if (!/Could not get lock/.test(errorText(error)) || Date.now() > end) throw error;
    }
  }
}

/** Installs by apt-get, its output in `logPath`. Throws `unavailable` with the end of it. */
export async function packagesInstall(names: readonly string[], logPath: string): Promise<void> {
  await packageListsFetch(logPath);
  const patience = ["-o", "DPkg::Lock::Timeout=300"];
  await aptGet([...patience, "install", "-y", "--no-install-recommends", ...names], logPath);
}

async function aptGet(args: readonly string[], logPath: string): Promise<void> {
  const log = await open(logPath, "a", 0o600);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      const child = spawn("apt-get", args, {
        stdio: ["ignore", log.fd, log.fd],
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      });
      child.once("error", reject);
      child.once("exit", resolve);
    });
    if (code === 0) return;
    const tail = await run("tail", ["-n", "5", logPath]);
    throw new CloudError(
      "unavailable",
      `apt-get ${args.join(" ")} failed (status ${code}); see ${logPath}:\n${tail.stdout}`,
    );
  } finally {
    await log.close();
  }
}
