import { createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import * as nodeFiles from "node:fs/promises";
import { constants, open as openFile, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import { wipe } from "#base/secret.ts";
import { keyBytes, open, seal } from "./aead.ts";
import type { MasterKey, MasterKeyHolder } from "./master-key.ts";

/** What changes a folder, one call at a time: a test ends its process at each of them. */
export type FolderChanges = Pick<typeof nodeFiles, "open" | "link" | "rename" | "rm">;

/** More than two are there only when rotations follow each other faster than anybody makes them. */
const keysAtMost = 16;

/** Longer than anybody takes to write a key file: what a killed process left. */
const leftoverAfterMs = 60_000;

/** Master keys in a file of mode 0600: their bytes, one after the other. A file of one key is 32 bytes of any source. */
export function masterKeyFile(path: string, changes: FolderChanges = nodeFiles): MasterKeyHolder {
  const objects = new WeakMap<MasterKey, KeyObject>();

  function keyOf(bytes: Buffer): MasterKey {
    const object = createSecretKey(bytes);
    const key: MasterKey = {
      wrap: (plaintext, context) => Promise.resolve(seal(object, plaintext, context)),
      unwrap: async (wrapped, context) => open(object, wrapped, context),
    };
    objects.set(key, object);
    return key;
  }

  return {
    source: `master key file ${path}`,
    async load() {
      await leftoversRemove(path, changes);
      const bytes = await readKeys(path);
      const keys: MasterKey[] = [];
      for (let at = 0; at < bytes.length; at += keyBytes) keys.push(keyOf(bytes.subarray(at, at + keyBytes)));
      wipe(bytes);
      return keys;
    },
    async ensureFirst() {
      const key = randomBytes(keyBytes);
      try {
        await fileWrite(path, { bytes: key, changes, over: false });
      } finally {
        wipe(key);
      }
    },
    async make(by, context) {
      const key = randomBytes(keyBytes);
      return by.wrap(key, context).finally(() => wipe(key));
    },
    async take(handedOver, by, context) {
      const bytes = await by.unwrap(handedOver, context);
      const key = keyOf(bytes);
      wipe(bytes);
      return key;
    },
    async keep(keys) {
      const parts = keys.flatMap((key) => objects.get(key)?.export() ?? []);
      const bytes = Buffer.concat(parts);
      for (const part of parts) wipe(part);
      try {
        await fileWrite(path, { bytes, changes, over: true });
      } finally {
        wipe(bytes);
      }
    },
  };
}

/**
 * Whole or not at all: written beside, durable, then put in place. Not `over` what is there: a replica that starts at the
 * same moment may win, then its key is the one.
 */
async function fileWrite(
  path: string,
  {
    bytes,
    changes,
    over,
  }: { readonly bytes: Buffer; readonly changes: FolderChanges; readonly over: boolean },
): Promise<void> {
  const temporary = `${path}.${newUuid()}`;
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    const file = await changes.open(temporary, flags, 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await (over ? changes.rename(temporary, path) : changes.link(temporary, path));
    await syncFolder(dirname(path));
  } catch (cause) {
    if (errorCode(cause) === "EEXIST" && !over) return;
    throw new CloudError("invalid", `The key manager could not write its master key file ${path}.`, {
      cause,
    });
  } finally {
    await changes.rm(temporary, { force: true });
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

/** A killed process may have left a key beside the file, which nobody would ever retire there. */
async function leftoversRemove(path: string, changes: FolderChanges): Promise<void> {
  const folder = dirname(path);
  const names = await nodeFiles.readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const found = await nodeFiles.stat(join(folder, name)).catch(() => undefined);
    if (found && found.mtimeMs < Date.now() - leftoverAfterMs)
      await changes.rm(join(folder, name), { force: true });
  }
}

async function readKeys(path: string): Promise<Buffer> {
  let file: FileHandle;
  try {
    file = await openFile(path, constants.O_RDONLY);
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return Buffer.alloc(0);
    throw new CloudError("invalid", `The key manager cannot read its master key file ${path}.`, { cause });
  }
  try {
    const bytes = Buffer.alloc(await checkedSize(file, path));
    await file.read(bytes, 0, bytes.length, 0);
    return bytes;
  } finally {
    await file.close();
  }
}

async function checkedSize(file: FileHandle, path: string): Promise<number> {
  const found = await file.stat();
  const refuse = (reason: string): CloudError =>
    new CloudError("invalid", `The key manager's master key file ${path} ${reason}`);
  if (!found.isFile()) throw refuse("is not a regular file.");
  const mode = found.mode & 0o777;
  if ((mode & 0o077) !== 0) {
    throw refuse(`has mode 0${mode.toString(8)}: others may read it. Make it private (chmod 600 ${path}).`);
  }
  if (found.size === 0 || found.size % keyBytes !== 0 || found.size > keysAtMost * keyBytes) {
    throw refuse(
      `has ${found.size} bytes, a master key has ${keyBytes}. Restore the original from your backup.`,
    );
  }
  return found.size;
}

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
