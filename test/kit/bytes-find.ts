import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The files under these paths that hold one of the byte strings. A file that goes away meanwhile holds none. */
export async function bytesFind(paths: readonly string[], needles: readonly Buffer[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const facts = await lstat(path).catch(() => undefined);
    if (facts?.isDirectory() === true) {
      const names = await readdir(path).catch(() => []);
      found.push(
        ...(await bytesFind(
          names.map((name) => join(path, name)),
          needles,
        )),
      );
    } else if (facts?.isFile() === true) {
      const bytes = await readFile(path).catch(() => Buffer.alloc(0));
      if (needles.some((needle) => bytes.includes(needle))) found.push(path);
    }
  }
  return found;
}
