import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const script = join(import.meta.dirname, "..", "..", "src", "main", "sealstone.ts");

const patienceMs = 240_000;

export interface DevProcess {
  /** Starts it and waits until it is up; with `killAfterMs` it is killed then, up or not. */
  start(killAfterMs?: number): Promise<void>;
  /** kill -9 of the process itself. */
  kill(): Promise<void>;
}

/** `sealstone dev` in a process of its own, so that a signal reaches the process that counts. */
export function devProcess(options: {
  readonly statePath: string;
  readonly port: number;
  readonly hosts: number;
  readonly commandMs: number;
}): DevProcess {
  const { statePath, port, hosts, commandMs } = options;
  const line = [script, "dev", "--state-path", statePath, "--port", String(port)];
  const own = ["--hosts", String(hosts), "--command-ms", String(commandMs)];
  let child: ChildProcess | undefined;
  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
  return {
    async start(killAfterMs) {
      const started = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...line, ...own], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      child = started;
      let said = "";
      for (const stream of [started.stdout, started.stderr])
        stream.on("data", (text: Buffer) => (said += text.toString()));
      if (killAfterMs !== undefined) {
        await sleep(killAfterMs);
        await kill();
        return;
      }
      for (const end = Date.now() + patienceMs; !said.includes("Sealstone is up"); await sleep(20)) {
        if (started.exitCode !== null)
          throw new Error(`sealstone dev ended with ${started.exitCode}:\n${said}`);
        if (Date.now() > end) throw new Error(`sealstone dev is not up after ${patienceMs} ms:\n${said}`);
      }
    },
    kill,
  };
}
