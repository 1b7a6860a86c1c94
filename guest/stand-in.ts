import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./run.ts";
import { standInLibrary, type StandInLibrary } from "./stand-in-library.ts";

/**
 * Puts a library that has its names only in the place of one that the program links to and does not need for what the guest asks
 * of it, in a folder of its own. Answers the folder; undefined where the program does not link to it, or would not run so.
 */
export async function standInWrite(
  of: { readonly program: string; readonly library: string },
  folder: string,
): Promise<string | undefined> {
  const namesNow = (): Promise<string> => namesOf(of.program, folder);
  const soname = (await namesNow())
    .split("\n")
    .map((line) => line.trim().split(" => ")[0] ?? "")
    .find((name) => name.startsWith(of.library));
  if (soname === undefined) return undefined;
  await mkdir(folder);
  const write = (library: Omit<StandInLibrary, "soname">): Promise<void> =>
    writeFile(join(folder, soname), standInLibrary({ soname, ...library }));
  // One without a name shows which names there have to be.
  await write({ version: "none", symbols: [] });
  const missing = [...(await namesNow()).matchAll(/^undefined symbol: (\w+), version ([\w.]+)/gm)];
  await write({ version: missing[0]?.[2] ?? "", symbols: missing.map(([, name = ""]) => name) });
  return /undefined symbol|not found|no version/.test(await namesNow()) ? undefined : folder;
}

/**
 * The libraries that the loader takes, with those of the folder before others, and the names that it does not find: as `ldd -r`,
 * which is a shell script and would take them itself (ld.so(8)).
 */
async function namesOf(program: string, folder: string): Promise<string> {
  const line =
    'LD_TRACE_LOADED_OBJECTS=1 LD_WARN=yes LD_BIND_NOW=yes LD_LIBRARY_PATH="$1" exec "$0" 2>&1 </dev/null';
  return (await run("sh", ["-c", line, program, folder])).toString();
}
