import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, rename, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { TpmVersion } from "#vtpm/index.ts";
import type { ServerPaths } from "../agent-paths.ts";
import { isAbsent, passableFolderEnsure, plainFileRead, syncToDisk } from "../files.ts";
import { swtpmFolderEnsure, tpmStateFile, tpmStateFolder } from "./state.ts";
import type { SwtpmUser } from "./swtpm-user.ts";

/** A state as swtpm wrote it. */
export interface TpmStateBytes {
  readonly bytes: Buffer;
  /** Hex. */
  readonly sha256: string;
}

/** A state is some kilobytes; the vault's message has room for no more than this. */
export const tpmStateMostBytes = 4 * 1024 ** 2;

/** Undefined when there is no file, or an empty one, which holds no state. Throws `conflict` for what is no file that swtpm wrote. */
export async function tpmStateRead(
  paths: ServerPaths,
  version: TpmVersion,
): Promise<TpmStateBytes | undefined> {
  try {
    const bytes = await plainFileRead(tpmStateFile(paths, version), tpmStateMostBytes);
    return bytes.length === 0 ? undefined : { bytes, sha256: sha256Of(bytes) };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** What the file system says of the state's file: another one after each write of swtpm. */
export async function tpmStateIdentity(paths: ServerPaths, version: TpmVersion): Promise<string> {
  try {
    const { ino, size, ctimeNs } = await lstat(tpmStateFile(paths, version), { bigint: true });
    return [ino, size, ctimeNs].join(":");
  } catch (error) {
    if (isAbsent(error)) return "absent";
    throw error;
  }
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** swtpm's blob header: two versions, its own length, flags, the length of all (swtpm_nvstore.c, `struct blobheader`). */
const headerBytes = 10;
const lengthOffset = 6;

/** Whether the file is as long as its header says. What is in it only swtpm can tell, with the passphrase. */
export function tpmStateIsWhole(bytes: Buffer): boolean {
  return bytes.length > headerBytes && bytes.readUInt32BE(lengthOffset) === bytes.length;
}

/** What root brought back from a backup may be root's, and swtpm would not open it. */
export async function tpmStateOwn(paths: ServerPaths, version: TpmVersion, owner: SwtpmUser): Promise<void> {
  await using file: FileHandle = await open(
    tpmStateFile(paths, version),
    constants.O_RDONLY | constants.O_NOFOLLOW,
  );
  await file.chown(owner.uid, owner.gid);
  await file.chmod(0o600);
  await swtpmFolderEnsure(tpmStateFolder(paths, version), owner);
}

/** Puts a state where libvirt and swtpm expect it, whole or not at all. The domain is off. */
export async function tpmStateWrite(
  paths: ServerPaths,
  version: TpmVersion,
  bytes: Uint8Array,
  owner: SwtpmUser,
): Promise<void> {
  const folder = tpmStateFolder(paths, version);
  await passableFolderEnsure(paths.tpmState);
  // The folder below is swtpm's, and root writes nothing there but by a rename.
  const draft = join(paths.tpmState, "restoring");
  await swtpmFolderEnsure(folder, owner);
  try {
    await using file: FileHandle = await open(draft, "w", 0o600);
    await file.writeFile(bytes);
    await file.chown(owner.uid, owner.gid);
    await file.sync();
    await rename(draft, tpmStateFile(paths, version));
  } finally {
    await rm(draft, { force: true });
  }
  await syncToDisk(folder);
  await syncToDisk(paths.tpmState);
}
