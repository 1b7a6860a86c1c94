import { join } from "node:path";
import type { TpmVersion } from "#vtpm/index.ts";
import { tpmStateNames } from "../agent-paths.ts";
import { passableFolderEnsure, plainFileRead } from "../files.ts";
import { programRun } from "../run-program.ts";
import { tpmCertificatesRead, type TpmCertificates } from "./certificates.ts";
import { tpmStateMostBytes } from "./state-bytes.ts";
import { swtpmFolderEnsure } from "./state.ts";
import { swtpmAbandonedEnd } from "./swtpm-running.ts";
import type { SwtpmUser } from "./swtpm-user.ts";

export interface TpmSetup {
  /** What the certificates of its endorsement keys call it. */
  readonly tpmId: string;
  readonly version: TpmVersion;
  /** Not wiped here. */
  readonly passphrase: Uint8Array;
  readonly owner: SwtpmUser;
  /** swtpm_setup's configuration. */
  readonly setupConfig: string;
  /** A folder of root's that goes afterwards. */
  readonly draft: string;
  /** Whoever else wants the processor gets it first. */
  readonly background?: boolean | undefined;
  /** Ends it before its time. */
  readonly signal?: AbortSignal | undefined;
}

/** A TPM that swtpm_setup made. */
export interface MadeTpm {
  /** Its state, as swtpm encrypted it. */
  readonly bytes: Buffer;
  readonly certificates: TpmCertificates;
}

/**
 * Makes a TPM as libvirt would (`qemuTPMEmulatorRunSetup`): same cipher, and the passphrase as it is (swtpm derives the key from
 * it with PBKDF2). Throws {@link ProgramError}.
 */
export async function tpmSetupRun(input: TpmSetup): Promise<MadeTpm> {
  const { tpmId, version, passphrase, owner, setupConfig, draft, background, signal } = input;
  const folders = {
    state: join(draft, "state"),
    certificates: join(draft, "certificates"),
    temporary: join(draft, "temporary"),
  };
  await passableFolderEnsure(draft);
  for (const folder of Object.values(folders)) await swtpmFolderEnsure(folder, owner);
  const args = [
    ...(version === "2.0" ? ["--tpm2"] : []),
    "--config",
    setupConfig,
    "--tpm-state",
    folders.state,
    "--vmid",
    tpmId,
    "--pwdfile-fd",
    "3",
    "--cipher",
    "aes-256-cbc",
    "--create-ek-cert",
    "--create-platform-cert",
    "--lock-nvram",
    "--not-overwrite",
    "--write-ek-cert-files",
    folders.certificates,
  ];
  try {
    await programRun("swtpm_setup", args, {
      user: owner,
      descriptor3: passphrase,
      temporaryFolder: folders.temporary,
      background,
      signal,
    });
  } catch (error) {
    // Ended before its time, it may leave the swtpm that it had started.
    await swtpmAbandonedEnd(`${draft}/`);
    throw error;
  }
  const state = join(folders.state, tpmStateNames[version].file);
  return {
    bytes: await plainFileRead(state, tpmStateMostBytes),
    certificates: await tpmCertificatesRead(folders.certificates),
  };
}
