import type { TpmVersion } from "#vtpm/index.ts";
import { programRun } from "../run-program.ts";
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
  /** All of swtpm's user. */
  readonly folders: { readonly state: string; readonly certificates: string; readonly temporary: string };
  /** Whoever else wants the processor gets it first. */
  readonly background?: boolean | undefined;
  /** Ends it before its time. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a TPM as libvirt would (`qemuTPMEmulatorRunSetup`): same cipher, and the passphrase as it is (swtpm derives the key from
 * it with PBKDF2). Throws {@link ProgramError}.
 */
export async function tpmSetupRun(input: TpmSetup): Promise<void> {
  const { tpmId, version, passphrase, owner, setupConfig, folders, background, signal } = input;
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
  await programRun("swtpm_setup", args, {
    user: owner,
    descriptor3: passphrase,
    temporaryFolder: folders.temporary,
    background,
    signal,
  });
}
