import type { Server } from "../domain/server.ts";
import { hostList } from "../store/hosts.ts";
import { tpmVaultFind, type TpmVault } from "../store/tpm-vault.ts";
import { tpmGenerationList, type TpmGeneration } from "../store/tpm-vault-generations.ts";
import type { ComputeCtx } from "./deps.ts";
import { serverFetch } from "./server.ts";

export interface TpmHistory {
  readonly server: Server;
  readonly vault: TpmVault;
  /** Newest first. */
  readonly generations: readonly TpmGeneration[];
  /** By id; a host that is gone has none. */
  readonly hostnames: ReadonlyMap<string, string>;
}

/** Every state that the vault ever had of the server's TPM. */
export async function tpmHistory(ctx: ComputeCtx, id: string): Promise<TpmHistory> {
  const { db } = ctx.deps.database;
  const server = await serverFetch(ctx, id, "sealstone:tpm:history");
  return {
    server,
    vault: await tpmVaultFind(db, id),
    generations: await tpmGenerationList(db, id),
    hostnames: new Map((await hostList(db)).map((host) => [host.id, host.hostname])),
  };
}
