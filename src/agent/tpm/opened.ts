import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TpmVersion } from "#vtpm/index.ts";
import { passableFolderEnsure } from "../files.ts";
import { swtpmFolderMake } from "./state.ts";
import { SwtpmProcess, type SwtpmPassphrases } from "./swtpm-process.ts";
import type { SwtpmUser } from "./swtpm-user.ts";

/**
 * What `work` makes of a swtpm that has opened a copy of the state; both are gone afterwards. Throws `conflict` when the passphrase
 * does not open it.
 */
export async function withTpmOpened<T>(
  input: SwtpmPassphrases & {
    readonly version: TpmVersion;
    /** As swtpm wrote it. */
    readonly bytes: Uint8Array;
    readonly owner: SwtpmUser;
    /** A folder that swtpm's user may pass through. */
    readonly workFolder: string;
  },
  work: (swtpm: SwtpmProcess) => Promise<T>,
): Promise<T> {
  const { version, bytes, owner, workFolder } = input;
  await passableFolderEnsure(workFolder);
  const folder = await mkdtemp(join(workFolder, "tpm-look-"));
  try {
    await swtpmFolderMake(folder, { version, bytes, owner });
    await using swtpm: SwtpmProcess = new SwtpmProcess({ version, folder, owner });
    swtpm.unlock(input);
    await swtpm.init();
    return await work(swtpm);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
