import { rmdir } from "node:fs/promises";
import { isAbsent } from "../files.ts";

/** Removes the folder unless something is in it; whoever removes the last thing removes the folder. */
export async function folderRemoveIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!isAbsent(error) && (error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
  }
}
