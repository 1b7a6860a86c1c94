/** The disks that a flavor gives a server beside its root disk, and that no image fills. */
import { open, rename, rm, truncate } from "node:fs/promises";
import type { ServerPaths } from "../agent-paths.ts";
import { fileSizeFind, passableFolderEnsure, syncToDisk } from "../files.ts";
import { programRun } from "../run-program.ts";

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

export interface BlankDisks {
  readonly ephemeralGiB?: number | undefined;
  readonly swapMiB?: number | undefined;
}

/**
 * Makes what is missing, as Nova does (nova.virt.libvirt.driver: `_create_ephemeral`, `_create_swap`): an ephemeral disk with an empty ext4
 * `ephemeral0`, and swap space. An ephemeral disk keeps what is in it, and grows; swap space of another size is made anew. What the
 * flavor does not have goes.
 */
export async function blankDisksEnsure(
  { folder, ephemeral, swapDisk }: ServerPaths,
  { ephemeralGiB = 0, swapMiB = 0 }: BlankDisks,
): Promise<void> {
  await passableFolderEnsure(folder);
  const sizes = { ephemeral: ephemeralGiB * gibibyte, swap: swapMiB * mebibyte };
  const there = await fileSizeFind(ephemeral.disk);
  if (sizes.ephemeral === 0) await rm(ephemeral.disk, { force: true });
  else if (there === undefined)
    await fileMake(ephemeral.disk, sizes.ephemeral, ["mkfs.ext4", "-q", "-F", "-L", "ephemeral0"]);
  else if (there < sizes.ephemeral) await truncate(ephemeral.disk, sizes.ephemeral);
  if (sizes.swap === 0) await rm(swapDisk, { force: true });
  else if ((await fileSizeFind(swapDisk)) !== sizes.swap) await fileMake(swapDisk, sizes.swap, ["mkswap"]);
  await syncToDisk(folder);
}

/** Whole or not at all; takes no room on the host that nothing is written to. */
async function fileMake(
  path: string,
  sizeBytes: number,
  [program, ...options]: readonly [string, ...string[]],
): Promise<void> {
  const draft = `${path}.part`;
  await rm(draft, { force: true });
  await using handle = await open(draft, "wx", 0o600);
  await handle.truncate(sizeBytes);
  await programRun(program, [...options, draft]);
  await handle.sync();
  await rename(draft, path);
}
