import { readFile, readdir } from "node:fs/promises";

/** The processes of this machine whose program's path matches and whose arguments have one of these texts in them. */
export async function processesWith(program: RegExp, texts: readonly string[]): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      const isOne = program.test(line.split("\0")[0] ?? "") && texts.some((text) => line.includes(text));
      return isOne ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}
