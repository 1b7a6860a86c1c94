import type { TpmVersion } from "#vtpm/index.ts";
import { withTpmOpened } from "./opened.ts";
import type { SwtpmUser } from "./swtpm-user.ts";
import { WaitingSwtpm } from "./waiting-swtpm.ts";

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
export async function tpmStateRekey({ bytes, from, to, ...how }: TpmRekey): Promise<Buffer> {
  // Both at once: most of the time is that of their starts.
  await using target: WaitingSwtpm = await WaitingSwtpm.begin(how);
  const opened = { ...how, bytes, passphrase: from, migrationPassphrase: to };
  const state = await withTpmOpened(opened, (source) => source.stateGet());
  return await target.accept({ state, from: to, to });
}
