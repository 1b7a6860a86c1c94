import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { CloudError } from "#base/errors.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import { tpmStateNames } from "../agent-paths.ts";
import { passableFolderEnsure, plainFileRead } from "../files.ts";
import { ProgramError } from "../run-program.ts";
import { tpmStateIsWhole, tpmStateMostBytes } from "./state-bytes.ts";
import { swtpmFolderEnsure, swtpmFolderMake } from "./state.ts";
import { SwtpmProcess } from "./swtpm-process.ts";
import type { SwtpmUser } from "./swtpm-user.ts";

export interface TpmRekey {
  readonly version: TpmVersion;
  /** The state as swtpm wrote it, encrypted with `from`. */
  readonly bytes: Uint8Array;
  /** Not wiped here, nor is `to`. */
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly owner: SwtpmUser;
  /** A folder that swtpm's user may pass through; what is written there is gone afterwards. */
  readonly workFolder: string;
}

/**
 * The same TPM encrypted with another passphrase; swtpm itself does it, and nothing is ever in clear on disk. One swtpm opens
 * the state with the old passphrase and hands it over under the new one (its migration key), another takes it and keeps it under
 * the new one. Throws `conflict` when swtpm does not open the state with `from`.
 */
export async function tpmStateRekey(input: TpmRekey): Promise<Buffer> {
  const { version, bytes, from, to, owner, workFolder } = input;
  await passableFolderEnsure(workFolder);
  const work = await mkdtemp(join(workFolder, "tpm-rekey-"));
  try {
    await passableFolderEnsure(work);
    const [old, renewed] = [join(work, "from"), join(work, "to")];
    await Promise.all([swtpmFolderMake(old, { version, bytes, owner }), swtpmFolderEnsure(renewed, owner)]);
    await handOver(
      { version, owner, folder: old, passphrase: from, migrationPassphrase: to },
      { version, owner, folder: renewed, passphrase: to, migrationPassphrase: to },
    );
    const state = await plainFileRead(join(renewed, tpmStateNames[version].file), tpmStateMostBytes);
    if (!tpmStateIsWhole(state)) throw new CloudError("bug", "swtpm wrote no whole state of the TPM.");
    return state;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

type Side = ConstructorParameters<typeof SwtpmProcess>[0];

async function handOver(from: Side, to: Side): Promise<void> {
  // Both at once: most of the time is that of their starts.
  await using source: SwtpmProcess = new SwtpmProcess(from);
  await using target: SwtpmProcess = new SwtpmProcess(to);
  try {
    await source.init();
  } catch (cause) {
    if (!(cause instanceof ProgramError) || cause.missing) throw cause;
    const message = "The TPM state is not opened by its passphrase: it is damaged, or another one's.";
    throw new CloudError("conflict", message, { cause, detail: cause.output });
  }
  // A swtpm that was given no state would make a new TPM at its start.
  await target.stateSet(await source.stateGet());
  source.end();
  await target.init();
  await target.shutdown();
}
