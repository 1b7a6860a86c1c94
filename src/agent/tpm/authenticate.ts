import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TpmVersion } from "#vtpm/index.ts";
import type { ServerPaths } from "../agent-paths.ts";
import { passableFolderEnsure } from "../files.ts";
import { programRun, ProgramError } from "../run-program.ts";
import { swtpmFolderMake } from "./state.ts";
import type { SwtpmUser } from "./swtpm-user.ts";

const patienceMs = 30_000;

/**
 * Whether swtpm itself decrypts and authenticates a copy of the state with the passphrase (an HMAC covers it). swtpm
 * loads the state at once, finds nobody at the other end of its data channel (descriptor 4) and ends: with 0 when it had loaded it.
 */
export async function tpmStateAuthenticate(input: {
  readonly version: TpmVersion;
  readonly bytes: Uint8Array;
  /** Not wiped here. */
  readonly passphrase: Uint8Array;
  readonly paths: ServerPaths;
  readonly owner: SwtpmUser;
}): Promise<boolean> {
  const { version, bytes, passphrase, paths, owner } = input;
  await passableFolderEnsure(paths.folder);
  const copy = await mkdtemp(join(paths.folder, "tpm-check-"));
  try {
    await swtpmFolderMake(copy, { version, bytes, owner });
    return await swtpmLoads(copy, version, { passphrase, owner });
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function swtpmLoads(
  folder: string,
  version: TpmVersion,
  { passphrase, owner }: { readonly passphrase: Uint8Array; readonly owner: SwtpmUser },
): Promise<boolean> {
  const args = [
    "socket",
    ...(version === "2.0" ? ["--tpm2"] : []),
    "--tpmstate",
    `dir=${folder}`,
    "--key",
    "pwdfd=3,mode=aes-256-cbc,kdf=pbkdf2",
    "--fd",
    "4",
    "--flags",
    "not-need-init",
  ];
  try {
    await programRun("swtpm", args, {
      user: owner,
      descriptor3: passphrase,
      descriptor4: "closed",
      timeoutMs: patienceMs,
    });
    return true;
  } catch (error) {
    if (error instanceof ProgramError && error.status !== undefined) return false;
    throw error;
  }
}
