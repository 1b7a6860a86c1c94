import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { errorText } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import { wipe } from "#base/secret.ts";
import { boxOpen, type SealKeyPair } from "#seal/index.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import type { ServerPaths } from "../agent-paths.ts";
import { isAbsent, syncToDisk } from "../files.ts";
import { tpmCertificatesRead, tpmCertificatesWrite } from "./certificates.ts";
import { tpmCertificatesFolder } from "./endorsement-keys.ts";
import { poolAssociatedData, poolFiles, poolReadyList, type PoolPlaces } from "./pool-places.ts";
import { tpmStatePlace } from "./place.ts";
import type { SwtpmUser } from "./swtpm-user.ts";
import type { WaitingSwtpm } from "./waiting-swtpm.ts";

export interface PoolTake {
  readonly places: PoolPlaces;
  readonly version: TpmVersion;
  readonly owner: SwtpmUser;
  readonly key: SealKeyPair;
  readonly log: Logger;
  readonly serverId: string;
  /** The saga that the server is made by. */
  readonly sagaId: string | undefined;
  /** The server's. Not wiped here. */
  readonly passphrase: Uint8Array;
  readonly paths: ServerPaths;
  /** One that takes the TPM over. */
  readonly waitingSwtpm: () => Promise<WaitingSwtpm>;
}

/**
 * Makes one of the pool's TPMs the server's: claimed, put under the server's passphrase, and moved to its place whole or not at all.
 * Answers its id; undefined when the pool has none that is good. The caller has seen that the server has none.
 */
export async function poolTake(input: PoolTake): Promise<string | undefined> {
  const { places, version, serverId, sagaId, log } = input;
  const claim = join(places.claimed, `${serverId}.${sagaId ?? "none"}`);
  await rm(claim, { recursive: true, force: true });
  for (const tpmId of await poolReadyList(places, version)) {
    if (!(await claimed(join(places.ready(version), tpmId), claim))) continue;
    try {
      await takeClaimed(input, claim, tpmId);
      return tpmId;
    } catch (error) {
      // Whatever stands in the way of making one stands there too, and is said then.
      log.warn({ tpmId, error: errorText(error) }, "a TPM of the pool could not be used and is thrown away");
    } finally {
      // Its passphrase first.
      await rm(join(claim, poolFiles.passphrase), { force: true });
      await rm(claim, { recursive: true, force: true });
    }
  }
  return undefined;
}

/** False when another server was faster. */
async function claimed(entry: string, claim: string): Promise<boolean> {
  try {
    await rename(entry, claim);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

async function takeClaimed(input: PoolTake, claim: string, tpmId: string): Promise<void> {
  const { places, version, key, passphrase: to, paths } = input;
  const [state, box, certificates] = await Promise.all([
    readFile(join(claim, poolFiles.state)),
    readFile(join(claim, poolFiles.passphrase), "utf8"),
    tpmCertificatesRead(claim),
  ]);
  const from = await boxOpen(key, box, poolAssociatedData(tpmId));
  try {
    await using swtpm: WaitingSwtpm = await input.waitingSwtpm();
    const [renewed] = await Promise.all([
      swtpm.accept({ state, from, to }),
      // A power failure does not put it back among those that are ready once a server has it.
      syncToDisk(places.claimed),
      syncToDisk(places.ready(version)),
      tpmCertificatesWrite(tpmCertificatesFolder(paths.tpmRecords), certificates),
    ]);
    await tpmStatePlace(input, renewed);
  } finally {
    wipe(from);
  }
}
