import { randomBytes } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newUuid } from "#base/ids.ts";
import { wipe } from "#base/secret.ts";
import { boxSeal, type SealKeyPair } from "#seal/index.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import { tpmStateNames } from "../agent-paths.ts";
import { passableFolderEnsure, syncToDisk } from "../files.ts";
import { tpmExamine } from "./examine.ts";
import { poolAssociatedData, poolFiles, type PoolPlaces } from "./pool-places.ts";
import { tpmSetupRun } from "./setup.ts";
import { swtpmFolderEnsure } from "./state.ts";
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
  const passphrase = Buffer.from(randomBytes(passphraseBytes).toString("base64"));
  const draft = await mkdtemp(join(places.work, "making-"));
  try {
    const bytes = await stateMake(input, { tpmId, passphrase, draft });
    const entry = join(draft, "entry");
    await mkdir(entry, { mode: 0o700 });
    const box = await boxSeal(key.publicKey, passphrase, poolAssociatedData(tpmId));
    await writeFile(join(entry, poolFiles.state), bytes, { mode: 0o600 });
    await writeFile(join(entry, poolFiles.passphrase), box, { mode: 0o600 });
    const certificates = await certificateNames(join(draft, "certificates"));
    for (const name of certificates) await copyFile(join(draft, "certificates", name), join(entry, name));
    for (const name of await readdir(entry)) await syncToDisk(join(entry, name));
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
  {
    tpmId,
    passphrase,
    draft,
  }: { readonly tpmId: string; readonly passphrase: Buffer; readonly draft: string },
): Promise<Buffer> {
  const folders = {
    state: join(draft, "state"),
    certificates: join(draft, "certificates"),
    temporary: join(draft, "temporary"),
  };
  await passableFolderEnsure(draft);
  for (const folder of Object.values(folders)) await swtpmFolderEnsure(folder, owner);
  await tpmSetupRun({ tpmId, version, passphrase, owner, setupConfig, folders, background: true, signal });
  const bytes = await readFile(join(folders.state, tpmStateNames[version].file));
  const names = (await certificateNames(folders.certificates)).filter((name) => name.startsWith("ek-"));
  const certificates = await Promise.all(names.map((name) => readFile(join(folders.certificates, name))));
  await tpmExamine({ version, bytes, passphrase, certificates, owner, workFolder: places.work });
  return bytes;
}

/** RSA first. */
async function certificateNames(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith(".crt")).toSorted();
}
