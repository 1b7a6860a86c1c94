import { createSecretKey, randomBytes } from "node:crypto";
import { constants, link, open as openFile, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { CloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import { wipe } from "#base/secret.ts";
import { keyBytes, open, seal } from "./aead.ts";
import type { MasterKey } from "./master-key.ts";

/** The master key of a file; undefined when there is no such file. Throws `invalid` when the file cannot be trusted. */
export async function masterKeyFileFind(path: string): Promise<MasterKey | undefined> {
  const bytes = await readKey(path);
  if (!bytes) return undefined;
  const key = createSecretKey(bytes);
  wipe(bytes);
  return {
    source: path,
    wrap: (plaintext, context) => Promise.resolve(seal(key, plaintext, context)),
    unwrap: async (wrapped, context) => open(key, wrapped, context),
  };
}

/**
 * Makes the file with a new random key. Whole or not at all, and never over an existing one: a replica that
 * starts at the same moment may win, then its key is the one.
 */
export async function masterKeyFileCreate(path: string): Promise<void> {
  const temporary = `${path}.${newUuid()}`;
  const key = randomBytes(keyBytes);
  try {
    const file = await openFile(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      await file.writeFile(key);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    if (errorCode(error) !== "EEXIST") {
      throw new CloudError("invalid", `The key manager could not create its master key file ${path}.`, {
        cause: error,
      });
    }
  } finally {
    wipe(key);
    await rm(temporary, { force: true });
  }
}

/** Without it a power cut could forget the key, while the database remembers what was sealed with it. */
async function syncFolder(path: string): Promise<void> {
  const folder = await openFile(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function readKey(path: string): Promise<Buffer | undefined> {
  let file: FileHandle;
  try {
    file = await openFile(path, constants.O_RDONLY);
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return undefined;
    throw new CloudError("invalid", `The key manager cannot read its master key file ${path}.`, { cause });
  }
  try {
    await checkFile(file, path);
    const key = Buffer.alloc(keyBytes);
    await file.read(key, 0, keyBytes, 0);
    return key;
  } finally {
    await file.close();
  }
}

async function checkFile(file: FileHandle, path: string): Promise<void> {
  const found = await file.stat();
  const refuse = (reason: string): CloudError =>
    new CloudError("invalid", `The key manager's master key file ${path} ${reason}`);
  if (!found.isFile()) throw refuse("is not a regular file.");
  const mode = found.mode & 0o777;
  if ((mode & 0o077) !== 0) {
    throw refuse(`has mode 0${mode.toString(8)}: others may read it. Make it private (chmod 600 ${path}).`);
  }
  if (found.size !== keyBytes) {
    throw refuse(
      `has ${found.size} bytes, a master key has ${keyBytes}. Restore the original from your backup.`,
    );
  }
}

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
