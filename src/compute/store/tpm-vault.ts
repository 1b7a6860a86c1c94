import type { Db, Tx } from "#db/index.ts";

interface TpmVaultRow {
  server_id: string;
  /** The host that holds the open running interval. */
  interval_host_id: string | null;
  interval_opened_at: number | null;
  save_sha256: string | null;
  save_generation: number | null;
  restore_pending: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_tpm_vaults: TpmVaultRow;
  }
}

export const vaultTables = ["compute_tpm_generations", "compute_tpm_vaults", "compute_tpm_saves"] as const;

/** What the vault knows of a server beside its TPM's states. */
export interface TpmVault {
  /** Open from before a start until the domain ended and its last state was acknowledged. */
  readonly interval: { readonly hostId: string; readonly openedAt: number } | undefined;
  /** The managed save of a suspended server: its image's hash, and the generation that was the newest then. */
  readonly save: { readonly sha256: string; readonly generation: number } | undefined;
  /** An operator chose the newest generation, and no host has taken it yet. */
  readonly restorePending: boolean;
}

const emptyTpmVault: TpmVault = { interval: undefined, save: undefined, restorePending: false };

/** An empty one for a server that the vault knows nothing of. */
export async function tpmVaultFind(db: Db, serverId: string): Promise<TpmVault> {
  const row = await db
    .selectFrom("compute_tpm_vaults")
    .selectAll()
    .where("server_id", "=", serverId)
    .executeTakeFirst();
  if (!row) return emptyTpmVault;
  const { interval_host_id: hostId, interval_opened_at: openedAt, save_sha256: sha256 } = row;
  return {
    interval: hostId === null ? undefined : { hostId, openedAt: openedAt ?? 0 },
    save: sha256 === null ? undefined : { sha256, generation: row.save_generation ?? 0 },
    restorePending: row.restore_pending === 1,
  };
}

export async function tpmVaultSet(tx: Tx, serverId: string, vault: TpmVault): Promise<void> {
  const values = {
    interval_host_id: vault.interval?.hostId ?? null,
    interval_opened_at: vault.interval?.openedAt ?? null,
    save_sha256: vault.save?.sha256 ?? null,
    save_generation: vault.save?.generation ?? null,
    restore_pending: vault.restorePending ? 1 : 0,
  };
  await tx
    .insertInto("compute_tpm_vaults")
    .values({ server_id: serverId, ...values })
    .onConflict((conflict) => conflict.column("server_id").doUpdateSet(values))
    .execute();
}

/** Everything that the vault has of a server. */
export async function tpmVaultDelete(tx: Tx, serverId: string): Promise<void> {
  for (const table of vaultTables) await tx.deleteFrom(table).where("server_id", "=", serverId).execute();
}
