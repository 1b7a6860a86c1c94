/** The swtpm, swtpm_setup and their like that run on this machine, whoever started them: told by their arguments (proc(5), cmdline). */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

interface RunningSwtpm {
  readonly pid: number;
  readonly program: string;
  readonly args: string;
}

/** libvirt's folder of a server's state, as it names it to swtpm. */
const serverState = /\/swtpm\/([0-9a-f-]{36})\/tpm(?:2|1\.2)\b/u;

/** The process id of the swtpm of each server for which one runs. */
export async function swtpmServers(): Promise<ReadonlyMap<string, number>> {
  const servers = new Map<string, number>();
  for (const { pid, program, args } of await swtpmList()) {
    const id = program.endsWith("swtpm") ? serverState.exec(args)?.[1] : undefined;
    if (id !== undefined) servers.set(id, pid);
  }
  return servers;
}

/**
 * Ends every one that was started on a folder of which nobody will make use any more: a swtpm_setup whose agent was killed may
 * end without ending its swtpm. Answers how many.
 */
export async function swtpmAbandonedEnd(folderPrefix: string): Promise<number> {
  const abandoned = (await swtpmList()).filter(({ args }) => args.includes(folderPrefix));
  for (const { pid } of abandoned) processEnd(pid);
  return abandoned.length;
}

function processEnd(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Nothing but what we and libvirt start on such folders: an editor or a shell that names one is somebody's. */
async function swtpmList(): Promise<readonly RunningSwtpm[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      // A process that ends meanwhile is none.
      const line = await readFile(join("/proc", pid, "cmdline"), "latin1").catch(() => "");
      const [program = "", ...args] = line.split("\0");
      return /(^|\/)swtpm[a-z_]*$/.test(program) ? [{ pid: Number(pid), program, args: args.join(" ") }] : [];
    }),
  );
  return found.flat();
}
