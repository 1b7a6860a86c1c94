import { constants } from "node:fs";
import { chmod, link, mkdir, open, readFile, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CloudError } from "#base/errors.ts";

/** True for "there is no such file or folder". */
export function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === "ENOENT" || code === "ENOTDIR";
}

/** Undefined when there is no such file. */
export async function fileSizeFind(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Undefined when there is no such file. */
export async function fileTextFind(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/**
 * Reads a file from a folder that is not root's alone: no link is followed, no pipe waited at, and never more than `mostBytes` read,
 * because whoever has the folder may be a swtpm that its guest took over. Throws `conflict` for what is no such file.
 */
export async function plainFileRead(path: string, mostBytes: number): Promise<Buffer> {
  const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
  try {
    await using file: FileHandle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile() || found.size > mostBytes) throw notPlainError(path);
    const bytes = Buffer.alloc(found.size);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ELOOP") throw error;
    throw notPlainError(path);
  }
}

function notPlainError(path: string): CloudError {
  return new CloudError(
    "conflict",
    "Where a file of a TPM should be is something else: a link, a pipe, or far more than swtpm writes. " +
      "Have the operator look at it and remove it; the next start takes the vault's newest state.",
    { detail: path },
  );
}

/** Makes what a rename or an unlink did in this folder (or what was written to this file) last over a power failure. */
export async function syncToDisk(path: string): Promise<void> {
  await using handle: FileHandle = await open(path, constants.O_RDONLY);
  await handle.sync();
}

/** Writes the file whole or not at all, unless it exists already; the text that is in it afterwards. */
export async function fileCreateOnce(path: string, text: string, mode: number): Promise<string> {
  const draft = `${path}.${process.pid}.new`;
  try {
    await using handle: FileHandle = await open(draft, "w", mode);
    await handle.writeFile(text);
    await handle.sync();
    await link(draft, path);
    await syncToDisk(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return await readFile(path, "utf8");
}

/** A folder that QEMU's and swtpm's users may pass through and not list, whatever the process's umask. */
export async function passableFolderEnsure(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o711);
}

/** Whether the folder's file system opens files with O_DIRECT; tmpfs, for one, may not. */
export async function directIoProbe(folder: string): Promise<boolean> {
  const path = join(folder, `.direct-io-${process.pid}`);
  try {
    const file = await open(path, constants.O_CREAT | constants.O_WRONLY | constants.O_DIRECT, 0o600);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EINVAL") return false;
    throw error;
  } finally {
    await rm(path, { force: true });
  }
}
