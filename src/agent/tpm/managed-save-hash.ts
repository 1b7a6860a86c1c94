import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { domainHasManagedSave } from "#libvirt/index.ts";
import type { AgentContext } from "../agent-context.ts";
import { managedSaveFile } from "../agent-paths.ts";
import { isAbsent } from "../files.ts";
import type { OwnDomain } from "../own-domain.ts";

const chunkBytes = 4 * 1024 ** 2;

interface Known {
  /** What the file system says of a file; no write through it leaves all of this as it was. */
  readonly identity: string;
  readonly sha256: string;
}

/** By path. A suspend, the check of a request and the resume ask for the same one, and it is as large as the guest's memory. */
const known = new Map<string, Known>();

/** SHA-256 of the image that a start would restore; undefined when there is none. */
export async function managedSaveHash(
  { libvirt }: AgentContext,
  { handle }: OwnDomain,
): Promise<string | undefined> {
  const path = managedSaveFile(handle.name);
  try {
    if (await domainHasManagedSave(libvirt, handle)) return await fileHash(path);
  } catch (error) {
    // libvirt remembers that there is one, and starts the domain without it.
    if (!isAbsent(error)) throw error;
  }
  known.delete(path);
  return undefined;
}

/** SHA-256 of a file, in hexadecimal; read again only when the file is another or was written to. */
export async function fileHash(path: string): Promise<string> {
  await using file: FileHandle = await open(path);
  const before = await identityOf(file);
  const found = known.get(path);
  if (found?.identity === before) return found.sha256;
  const sha256 = await contentHash(file);
  // What was written to meanwhile is not remembered.
  if ((await identityOf(file)) === before) known.set(path, { identity: before, sha256 });
  else known.delete(path);
  return sha256;
}

/** The change time is the kernel's alone: it tells of every write, of a rename over the path, and of a time that was set back. */
async function identityOf(file: FileHandle): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await file.stat({ bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(":");
}

/** Reads the next piece while the last one is hashed. */
async function contentHash(file: FileHandle): Promise<string> {
  const hash = createHash("sha256");
  let [free, filled] = [Buffer.allocUnsafe(chunkBytes), Buffer.allocUnsafe(chunkBytes)];
  let { bytesRead } = await file.read(filled, 0, chunkBytes);
  while (bytesRead > 0) {
    const next = file.read(free, 0, chunkBytes);
    hash.update(filled.subarray(0, bytesRead));
    [free, filled] = [filled, free];
    ({ bytesRead } = await next);
  }
  return hash.digest("hex");
}
