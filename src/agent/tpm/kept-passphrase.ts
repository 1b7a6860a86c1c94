/**
 * Passphrases that a host keeps for servers of the mode `host`, so that they start without the key manager. On the disk is
 * a box sealed to the host's key (0600, root's), bound to server and secret; the file is root's alone too.
 */
import { chmod, mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { Type } from "typebox";
import { Parse } from "typebox/value";
import { isCloudError } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";
import { boxOpen, boxSeal } from "#seal/index.ts";
import { keptAssociatedData } from "#vtpm/index.ts";
import type { AgentContext } from "../agent-context.ts";
import { fileTextFind, isAbsent, syncToDisk } from "../files.ts";
import { keptPassphraseAbsentError } from "./refusals.ts";

const Kept = Type.Object({ secretId: Type.String(), box: Type.String() });

interface Passphrase {
  readonly serverId: string;
  /** The key manager's. */
  readonly secretId: string;
}

type Place = Pick<AgentContext, "paths" | "key">;

/** Durable when it resolves. The one that is kept, and opens, is not written again. */
export async function keptPassphraseWrite(
  { paths, key }: Place,
  { serverId, secretId }: Passphrase,
  passphrase: Uint8Array,
): Promise<void> {
  if (await keptPassphraseExists({ paths, key }, { serverId, secretId })) return;
  const path = paths.server(serverId).keptPassphrase;
  const box = await boxSeal(key.publicKey, passphrase, keptAssociatedData(serverId, secretId));
  const draft = `${path}.new`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await chmod(dirname(path), 0o700);
  try {
    await using file: FileHandle = await open(draft, "w", 0o600);
    await file.writeFile(JSON.stringify({ secretId, box }));
    await file.sync();
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  await syncToDisk(dirname(path));
}

/** Whether the passphrase of this secret is kept and opens: it does not once the host's key was lost, or the file is damaged. */
export async function keptPassphraseExists(place: Place, passphrase: Passphrase): Promise<boolean> {
  try {
    wipe(await keptPassphraseOpen(place, passphrase));
    return true;
  } catch (error) {
    if (isCloudError(error, "conflict")) return false;
    throw error;
  }
}

/** The caller wipes it. Throws `conflict` when this host does not keep it, or cannot open what it keeps. */
export async function keptPassphraseOpen(
  { paths, key }: Place,
  { serverId, secretId }: Passphrase,
): Promise<Buffer> {
  const text = await fileTextFind(paths.server(serverId).keptPassphrase);
  try {
    const kept = text === undefined ? undefined : Parse(Kept, JSON.parse(text));
    if (kept?.secretId !== secretId) throw keptPassphraseAbsentError({ serverId, secretId });
    return await boxOpen(key, kept.box, keptAssociatedData(serverId, secretId));
  } catch (cause) {
    if (isCloudError(cause, "conflict")) throw cause;
    const why = "cannot open what it keeps (another host's key, or damaged)";
    throw keptPassphraseAbsentError({ serverId, secretId }, why, cause);
  }
}

/** Well when none is kept. */
export async function keptPassphraseDelete({ paths }: Pick<Place, "paths">, serverId: string): Promise<void> {
  const path = paths.server(serverId).keptPassphrase;
  try {
    await rm(path);
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  await syncToDisk(dirname(path));
}
