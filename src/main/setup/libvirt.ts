import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { promisify } from "node:util";
import { sleep } from "#base/clock.ts";
import { CloudError, errorText } from "#base/errors.ts";

const run = promisify(execFile);

/** Each daemon with its socket; virtlogd first, for libvirtd talks to it. */
const daemons = [
  { name: "virtlogd", socket: "/run/libvirt/virtlogd-sock" },
  { name: "libvirtd", socket: "/run/libvirt/libvirt-sock" },
] as const;

const patienceMs = 20_000;

/** Starts what does not answer: by the service manager where one runs, else as a daemon. True when something was started. */
export async function libvirtStart(): Promise<boolean> {
  let started = false;
  for (const { name, socket } of daemons) {
    if (await answers(socket)) continue;
    started = true;
    await daemonStart(name);
    await waitFor(name, socket);
  }
  return started;
}

async function daemonStart(name: string): Promise<void> {
  const [program, ...args] = existsSync("/run/systemd/system") ? ["systemctl", "start", name] : [name, "-d"];
  try {
    await run(program, args);
  } catch (cause) {
    throw new CloudError(
      "unavailable",
      `"${[program, ...args].join(" ")}" failed (${errorText(cause).trim()}); repair that and start again.`,
      { cause },
    );
  }
}

async function waitFor(name: string, socket: string): Promise<void> {
  for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(100)) {
    if (await answers(socket)) return;
  }
  throw new CloudError(
    "unavailable",
    `${name} was started but does not answer at ${socket}; look at its log (/var/log/libvirt, journalctl -u ${name}).`,
  );
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
