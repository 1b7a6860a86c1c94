import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { CloudError } from "#base/errors.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import type { ServerPaths } from "../agent-paths.ts";
import { passableFolderEnsure } from "../files.ts";
import { ProgramError } from "../run-program.ts";
import { swtpmAbandonedEnd } from "./swtpm-running.ts";
import { tpmCertificatesWrite } from "./certificates.ts";
import { tpmCertificatesFolder } from "./endorsement-keys.ts";
import { tpmStatePlace } from "./place.ts";
import { tpmSetupRun, type MadeTpm } from "./setup.ts";
import { tpmStateFile } from "./state.ts";
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
 * Makes a TPM beside its place and moves it there, so a folder with the version's name always holds a complete TPM.
 * The caller has seen that there is none.
 */
export async function tpmManufacture(input: TpmManufacture): Promise<void> {
  const { paths } = input;
  await passableFolderEnsure(paths.tpmState);
  const draft = await mkdtemp(join(paths.tpmState, "making-"));
  try {
    const { bytes, certificates } = await setupRun(input, draft);
    await tpmCertificatesWrite(tpmCertificatesFolder(paths.tpmRecords), certificates);
    await tpmStatePlace(input, bytes);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** What a process that was killed left beside the place. */
export async function tpmDraftsDelete(paths: ServerPaths): Promise<void> {
  const names = await readdir(paths.tpmState).catch(() => []);
  const drafts = names.filter((name) => name.startsWith("making-"));
  if (drafts.length > 0) await swtpmAbandonedEnd(join(paths.tpmState, "making-"));
  await Promise.all(drafts.map((name) => rm(join(paths.tpmState, name), { recursive: true, force: true })));
}

async function setupRun(
  { serverId, version, passphrase, paths, owner, setupConfig }: TpmManufacture,
  draft: string,
): Promise<MadeTpm> {
  try {
    return await tpmSetupRun({ tpmId: serverId, version, passphrase, owner, setupConfig, draft });
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
