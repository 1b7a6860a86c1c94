import { randomBytes } from "node:crypto";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { base64Encode } from "#base/base64.ts";
import { newUuid } from "#base/ids.ts";
import { wipe } from "#base/secret.ts";
import { boxSeal, type SealKeyPair } from "#seal/index.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import { syncToDisk } from "../files.ts";
import { endorsementCertificates, tpmCertificatesWrite, type TpmCertificates } from "./certificates.ts";
import { tpmExamine } from "./examine.ts";
import { poolAssociatedData, poolFiles, type PoolPlaces } from "./pool-places.ts";
import { tpmSetupRun } from "./setup.ts";
import type { SwtpmUser } from "./swtpm-user.ts";

/** As many as those of servers. */
const passphraseBytes = 384;

export interface PoolMake {
  readonly places: PoolPlaces;
  readonly version: TpmVersion;
  readonly owner: SwtpmUser;
  readonly key: SealKeyPair;
  /** swtpm_setup's configuration. */
  readonly setupConfig: string;
  readonly signal: AbortSignal;
}

/**
 * Makes a TPM that no server has yet, under a passphrase of its own, looks into it, and puts it into the pool by a rename: what
 * is there is complete. Answers its id.
 */
export async function poolMake(input: PoolMake): Promise<string> {
  const { places, version, key } = input;
  const tpmId = newUuid();
  const random = randomBytes(passphraseBytes);
  const passphrase = base64Encode(random);
  wipe(random);
  const draft = await mkdtemp(join(places.work, "making-"));
  try {
    const { state, certificates } = await stateMake(input, { tpmId, passphrase, draft });
    const entry = join(draft, "entry");
    await tpmCertificatesWrite(entry, certificates);
    const box = await boxSeal(key.publicKey, passphrase, poolAssociatedData(tpmId));
    await writeFile(join(entry, poolFiles.state), state, { mode: 0o600, flush: true });
    await writeFile(join(entry, poolFiles.passphrase), box, { mode: 0o600, flush: true });
    await syncToDisk(entry);
    await rename(entry, join(places.ready(version), tpmId));
    await syncToDisk(places.ready(version));
    return tpmId;
  } finally {
    wipe(passphrase);
    await rm(draft, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function stateMake(
  { places, version, owner, setupConfig, signal }: PoolMake,
  own: { readonly tpmId: string; readonly passphrase: Buffer; readonly draft: string },
): Promise<{ readonly state: Buffer; readonly certificates: TpmCertificates }> {
  const made = await tpmSetupRun({ ...own, version, owner, setupConfig, background: true, signal });
  const certificates = endorsementCertificates(made.certificates);
  const inside = { version, bytes: made.bytes, passphrase: own.passphrase, certificates };
  const state = await tpmExamine({ ...inside, owner, workFolder: places.work });
  return { state, certificates: made.certificates };
}
