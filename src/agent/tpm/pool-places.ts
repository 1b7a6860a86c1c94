import { chmod, chown, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { TpmVersion } from "#vtpm/index.ts";
import { swtpmAbandonedEnd } from "./swtpm-running.ts";
import { isAbsent } from "../files.ts";

/** The folders of the pool of TPMs that were made ahead. What is ready or claimed is root's alone. */
export interface PoolPlaces {
  /** What is not complete yet or will be gone in a moment; swtpm's user may pass through. */
  readonly work: string;
  /** TPMs that no server has: a folder for each, named by the TPM's id. */
  ready(version: TpmVersion): string;
  /** TPMs on their way to a server: a folder for each, named by server and saga. */
  readonly claimed: string;
}

export const tpmVersions: readonly TpmVersion[] = ["2.0", "1.2"];

export function poolPlaces(folder: string): PoolPlaces {
  return {
    work: join(folder, "work"),
    ready: (version) => join(folder, `ready-${version}`),
    claimed: join(folder, "claimed"),
  };
}

/** The files of one TPM in the pool, beside its certificates (`*.crt`). */
export const poolFiles = {
  /** As one swtpm hands it to another, under the TPM's own passphrase. */
  state: "handed-over",
  /** Its passphrase, sealed to the host's key. */
  passphrase: "passphrase.box",
} as const;

/** What the passphrase of a TPM in the pool is bound to. */
export function poolAssociatedData(tpmId: string): string {
  return `sealstone passphrase of TPM ${tpmId} that no server has`;
}

/** Ids of the TPMs that no server has, in the order of their names. */
export async function poolReadyList(places: PoolPlaces, version: TpmVersion): Promise<readonly string[]> {
  return (await namesIn(places.ready(version))).toSorted();
}

/** Makes the folders that are not there, and has them all root's: whoever else had one could exchange a TPM. */
export async function poolFoldersEnsure(places: PoolPlaces): Promise<void> {
  const { work, claimed } = places;
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const passable = [dirname(work), work];
  for (const folder of [...passable, claimed, ...tpmVersions.map((version) => places.ready(version))]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chown(folder, uid, gid);
    await chmod(folder, passable.includes(folder) ? 0o711 : 0o700);
  }
}

/**
 * Before anything uses the pool: makes its folders, and removes what a process that was killed left. A claim whose taker is
 * gone is not given back: its TPM may already be a server's.
 */
export async function poolTidy(places: PoolPlaces): Promise<{ readonly removed: number }> {
  const { work, claimed } = places;
  await poolFoldersEnsure(places);
  const left = (
    await Promise.all(
      [work, claimed].map(async (folder) => (await namesIn(folder)).map((n) => join(folder, n))),
    )
  ).flat();
  if (left.length > 0) await swtpmAbandonedEnd(`${work}/`);
  for (const path of left) {
    // What does not go now goes at the next start.
    await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
  return { removed: left.length };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
