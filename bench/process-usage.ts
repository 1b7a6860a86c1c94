import { readFile } from "node:fs/promises";

/** Clock ticks a second of Linux (`getconf CLK_TCK`), on every architecture that Node runs on. */
const ticksPerSecond = 100;

/** Milliseconds of processor time that the process has used, user and system (proc(5), /proc/PID/stat fields 14 and 15). */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond;
}

/** MiB: resident, and the proportional share of what several processes map (proc(5), smaps_rollup). */
export async function memoryMiB(
  pid: number,
): Promise<{ readonly resident: number; readonly proportional: number }> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  const of = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(rollup)?.[1]) / 1_024;
  return { resident: of("Rss"), proportional: of("Pss") };
}
