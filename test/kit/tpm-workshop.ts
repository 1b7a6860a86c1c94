import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { agentPaths, type AgentPaths, type ServerPaths } from "#agent/agent-paths.ts";
import { passableFolderEnsure } from "#agent/files.ts";
import { ServerQueue } from "#agent/server-queue.ts";
import { tpmAuthorityPrepare } from "#agent/tpm/authority.ts";
import { TpmPool, type TpmPoolSizes } from "#agent/tpm/pool.ts";
import { poolAssociatedData, poolFiles, poolPlaces, type PoolPlaces } from "#agent/tpm/pool-places.ts";
import { swtpmUserFind, type SwtpmUser } from "#agent/tpm/swtpm-user.ts";
import { silentLogger } from "#base/logger.ts";
import { boxOpen, sealKeyPairLoad, type SealKeyPair } from "#seal/index.ts";

/** What it takes to make TPMs on this machine, in a folder of its own and without libvirt. */
export interface TpmWorkshop {
  readonly folder: string;
  readonly paths: AgentPaths;
  readonly owner: SwtpmUser;
  readonly key: SealKeyPair;
  readonly places: PoolPlaces;
  /** As an agent has them, but for the TPM's state, which is in our folder too. */
  server(serverId: string): ServerPaths;
  remove(): Promise<void>;
}

/** In a folder that is there already, when one is given. */
export async function tpmWorkshop(at?: string): Promise<TpmWorkshop> {
  const folder = at ?? (await mkdtemp("/var/tmp/sealstone-workshop-"));
  await chmod(folder, 0o711);
  const { uid = 0, gid = 0 } = await swtpmUserFind("tss", "tss");
  const owner = { uid, gid };
  const paths = agentPaths({ statePath: folder, instancesPath: folder });
  await Promise.all([
    tpmAuthorityPrepare(paths.tpmAuthority, owner),
    passableFolderEnsure(paths.servers),
    mkdir(join(folder, "agent"), { recursive: true, mode: 0o700 }),
  ]);
  return {
    folder,
    paths,
    owner,
    key: await sealKeyPairLoad(paths.hostKey),
    places: poolPlaces(paths.tpmPool),
    server: (serverId) => ({ ...paths.server(serverId), tpmState: join(folder, "states", serverId) }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** One that fills as fast as it can. */
export function workshopPool({ paths, owner, key }: TpmWorkshop, sizes: TpmPoolSizes): TpmPool {
  const waits = { quietMs: 0, failedMs: 50 };
  return new TpmPool({ sizes, paths, owner, key, waits, log: silentLogger, queue: new ServerQueue() });
}

/** As the key manager's are: base64 text. */
export function passphraseMake(): Buffer {
  return Buffer.from(randomBytes(384).toString("base64"));
}

/** The passphrase of a TPM in the pool, as its host opens it. */
export async function poolPassphraseRead(
  key: SealKeyPair,
  folder: string,
  tpmId: string,
): Promise<Uint8Array> {
  const box = await readFile(join(folder, poolFiles.passphrase), "utf8");
  return boxOpen(key, box, poolAssociatedData(tpmId));
}
