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
  /** Whether there are older ones. */
  readonly more: boolean;
  /** By id; a host that is gone has none. */
  readonly hostnames: ReadonlyMap<string, string>;
}

/** The states that the vault ever had of the server's TPM, a page of them. */
export async function tpmHistory(
  ctx: ComputeCtx,
  id: string,
  { before, limit }: { readonly before: number | undefined; readonly limit: number },
): Promise<TpmHistory> {
  const { db } = ctx.deps.database;
  const server = await serverFetch(ctx, id, "sealstone:tpm:history");
  const found = await tpmGenerationList(db, id, { before, limit: limit + 1 });
  return {
    server,
    vault: await tpmVaultFind(db, id),
    generations: found.slice(0, limit),
    more: found.length > limit,
    hostnames: new Map((await hostList(db)).map((host) => [host.id, host.hostname])),
  };
}
