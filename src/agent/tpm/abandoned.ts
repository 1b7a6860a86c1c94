import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isAbsent } from "../files.ts";

/**
 * Ends every process that was started on a folder of which nobody will make use any more: a swtpm_setup whose agent was killed may
 * end without ending its swtpm. They are told by their arguments, which name the folder (proc(5), cmdline). Answers how many.
 */
export async function abandonedProcessesEnd(folderPrefix: string): Promise<number> {
  let ended = 0;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    if (!(await cmdlineRead(pid)).includes(folderPrefix)) continue;
    try {
      process.kill(Number(pid), "SIGKILL");
      ended += 1;
    } catch {
      // It has ended by itself.
    }
  }
  return ended;
}

/** Empty for a process that has ended. */
async function cmdlineRead(pid: string): Promise<string> {
  try {
    const words = (await readFile(join("/proc", pid, "cmdline"), "latin1")).split("\0");
    // Nothing but what we start on such folders: an editor or a shell that names one is somebody's.
    return /\/?swtpm[a-z_]*$/.test(words[0] ?? "") ? words.join(" ") : "";
  } catch (error) {
    if (isAbsent(error) || (error as NodeJS.ErrnoException).code === "ESRCH") return "";
    throw error;
  }
}
