/** The QEMU, swtpm, swtpm_setup and their like that run on this machine, whoever started them: told by their arguments (proc(5), cmdline). */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "#base/clock.ts";

interface Running {
  readonly pid: number;
  readonly program: string;
  readonly args: string;
}

/** libvirt's folder of a server's state, as it names it to swtpm. */
const serverState = /\/swtpm\/([0-9a-f-]{36})\/tpm(?:2|1\.2)\b/u;
/** As libvirt names it to QEMU. */
const serverUuid = / -uuid ([0-9a-f-]{36})\b/u;

export interface RunningServers {
  /** The process id of the swtpm of each server for which one runs. */
  readonly swtpm: ReadonlyMap<string, number>;
  /** The servers for which a QEMU runs. */
  readonly qemu: ReadonlySet<string>;
}

export async function runningServers(): Promise<RunningServers> {
  const swtpm = new Map<string, number>();
  const qemu = new Set<string>();
  for (const { pid, program, args } of await runningList(/(^|\/)(swtpm|qemu-[a-z0-9_-]+)$/)) {
    const isSwtpm = program.endsWith("swtpm");
    const id = (isSwtpm ? serverState : serverUuid).exec(args)?.[1];
    if (id === undefined) continue;
    if (isSwtpm) swtpm.set(id, pid);
    else qemu.add(id);
  }
  return { swtpm, qemu };
}

const lookMs = 5;
/** In the midst of its exec a process has no arguments yet. */
const looksWanted = 2;
/** A process that is killed is gone in milliseconds, unless it waits for a disk. */
const endPatienceMs = 5_000;

/**
 * Ends every swtpm and swtpm_setup that was started on a folder of which nobody will make use any more: a swtpm_setup whose agent was killed may
 * end without ending its swtpm. A look does not see what begins meanwhile, so it looks again until none is there. Answers how many.
 */
export async function swtpmAbandonedEnd(folderPrefix: string, look = runningList): Promise<number> {
  const ended = new Set<number>();
  const until = performance.now() + endPatienceMs;
  for (let looksEmpty = 0; looksEmpty < looksWanted && performance.now() < until;) {
    const found = (await look(/(^|\/)swtpm[a-z_]*$/)).filter(({ args }) => args.includes(folderPrefix));
    if (found.length === 0 && ended.size === 0) break;
    looksEmpty = found.length === 0 ? looksEmpty + 1 : 0;
    for (const { pid } of found) {
      processEnd(pid);
      ended.add(pid);
    }
    await sleep(lookMs);
  }
  return ended.size;
}

function processEnd(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Those whose program matches: an editor or a shell that names such a folder is somebody's. */
export async function runningList(programs: RegExp): Promise<readonly Running[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      // A process that ends meanwhile is none.
      const line = await readFile(join("/proc", pid, "cmdline"), "latin1").catch(() => "");
      const [program = "", ...args] = line.split("\0");
      return programs.test(program) ? [{ pid: Number(pid), program, args: ["", ...args].join(" ") }] : [];
    }),
  );
  return found.flat();
}
