import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { CloudError } from "#base/errors.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import type { ServerPaths } from "../agent-paths.ts";
import { tpmStateNames } from "../agent-paths.ts";
import { passableFolderEnsure, syncToDisk } from "../files.ts";
import { ProgramError } from "../run-program.ts";
import { tpmCertificatesFolder } from "./endorsement-keys.ts";
import { tpmSetupRun, type TpmSetup } from "./setup.ts";
import { swtpmFolderEnsure, tpmStateFile, tpmStateFolder } from "./state.ts";
import type { SwtpmUser } from "./swtpm-user.ts";

export interface TpmManufacture {
  readonly serverId: string;
  readonly version: TpmVersion;
  /** Not wiped here. */
  readonly passphrase: Uint8Array;
  readonly paths: ServerPaths;
  readonly owner: SwtpmUser;
  /** swtpm_setup's configuration. */
  readonly setupConfig: string;
}

/**
 * Makes a TPM. It is made beside its place and moved there, so a folder with the version's name always holds a complete TPM.
 * The caller has seen that there is none.
 */
export async function tpmManufacture(input: TpmManufacture): Promise<void> {
  const { paths, owner, version } = input;
  // Modes as libvirt's: others may pass, only swtpm may look.
  await passableFolderEnsure(paths.tpmState);
  const draft = await mkdtemp(join(paths.tpmState, "making-"));
  try {
    const folders = {
      state: join(draft, "state"),
      certificates: join(draft, "certificates"),
      temporary: join(draft, "temporary"),
    };
    for (const folder of Object.values(folders)) await swtpmFolderEnsure(folder, owner);
    await chmod(draft, 0o711);
    await setupRun(input, folders);
    await certificatesKeep(folders.certificates, paths);
    await chmod(join(folders.state, tpmStateNames[version].file), 0o600);
    await Promise.all([
      syncToDisk(join(folders.state, tpmStateNames[version].file)),
      syncToDisk(folders.state),
    ]);
    await rename(folders.state, tpmStateFolder(paths, version));
    await syncToDisk(paths.tpmState);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** What a process that was killed left beside the place. */
export async function tpmDraftsDelete(paths: ServerPaths): Promise<void> {
  const names = await readdir(paths.tpmState).catch(() => []);
  const drafts = names.filter((name) => name.startsWith("making-"));
  await Promise.all(drafts.map((name) => rm(join(paths.tpmState, name), { recursive: true, force: true })));
}

async function setupRun(
  { serverId, version, passphrase, paths, owner, setupConfig }: TpmManufacture,
  folders: TpmSetup["folders"],
): Promise<void> {
  try {
    await tpmSetupRun({ tpmId: serverId, version, passphrase, owner, setupConfig, folders });
  } catch (cause) {
    const detail = cause instanceof ProgramError ? cause.output : undefined;
    throw new CloudError(
      "unavailable",
      `The TPM ${version} of server ${serverId} could not be made: swtpm_setup failed.`,
      {
        cause,
        ...(detail !== undefined && { detail: `for ${tpmStateFile(paths, version)}: ${detail}` }),
      },
    );
  }
}

/** Keeps the certificates that are in the folder with the records of the server's TPM. */
export async function certificatesKeep(from: string, paths: ServerPaths): Promise<void> {
  const kept = tpmCertificatesFolder(paths.tpmRecords);
  await mkdir(kept, { recursive: true, mode: 0o700 });
  const names = (await readdir(from)).filter((name) => name.endsWith(".crt"));
  await Promise.all(names.map((name) => copyFile(join(from, name), join(kept, name))));
}
