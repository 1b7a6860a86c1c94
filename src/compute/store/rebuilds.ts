import type { Db, Tx } from "#db/index.ts";
import type { RebuiltFields, ServerTpm, VmState } from "../domain/server.ts";
import { serverFind, serverRename } from "./servers.ts";
import { endorsementKeyList, endorsementKeysReplace, type EndorsementKey } from "./tpm-endorsement-keys.ts";
import { vaultMove } from "./tpm-parked.ts";
import { tpmVaultDelete } from "./tpm-vault.ts";

interface RebuildRow {
  server_id: string;
  /** What the server was, as JSON: `RebuiltFields` with its state. */
  old: string;
  /** What it is to be. */
  new: string;
  /** JSON: the endorsement keys of a TPM that is put aside. */
  parked_keys: string | null;
  committed: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_rebuilds: RebuildRow;
  }
}

/** A rebuild that has not ended; it goes with the server. */
export interface Rebuild {
  readonly old: RebuiltFields & { readonly vmState: VmState };
  readonly new: RebuiltFields;
  /** The new server is complete: from now on nothing brings the old one back. */
  readonly committed: boolean;
}

export async function rebuildFind(db: Db, serverId: string): Promise<Rebuild | undefined> {
  const row = await db
    .selectFrom("compute_rebuilds")
    .selectAll()
    .where("server_id", "=", serverId)
    .executeTakeFirst();
  return (
    row && {
      old: JSON.parse(row.old) as Rebuild["old"],
      new: JSON.parse(row.new) as Rebuild["new"],
      committed: row.committed === 1,
    }
  );
}

/** Instead of what a rebuild that ended half-way may have left. */
export async function rebuildInsert(
  tx: Tx,
  serverId: string,
  rebuild: Omit<Rebuild, "committed">,
): Promise<void> {
  await rebuildDelete(tx, serverId);
  const values = {
    old: JSON.stringify(rebuild.old),
    new: JSON.stringify(rebuild.new),
    committed: 0,
    parked_keys: null,
  };
  await tx
    .insertInto("compute_rebuilds")
    .values({ server_id: serverId, ...values })
    .execute();
}

export async function rebuildCommit(tx: Tx, serverId: string): Promise<void> {
  await tx.updateTable("compute_rebuilds").set({ committed: 1 }).where("server_id", "=", serverId).execute();
}

export async function rebuildDelete(tx: Tx, serverId: string): Promise<void> {
  await tx.deleteFrom("compute_rebuilds").where("server_id", "=", serverId).execute();
}

/** Which TPM's place another takes, and under which UUID the vault has it meanwhile. */
export interface TpmExchange {
  readonly serverId: string;
  readonly uuid: string;
  readonly tpm: ServerTpm;
}

/** The server has this TPM from now on; what is known of the one that it had is put aside. Again it changes nothing. */
export async function rebuildTpmPark(
  tx: Tx,
  { serverId, uuid, tpm }: TpmExchange,
  now: number,
): Promise<void> {
  const server = await serverFind(tx, serverId);
  if (!server || server.tpm?.secretId === tpm.secretId) return;
  await vaultMove(tx, serverId, uuid);
  const keys = await endorsementKeyList(tx, serverId);
  await tx
    .updateTable("compute_rebuilds")
    .set({ parked_keys: JSON.stringify(keys) })
    .where("server_id", "=", serverId)
    .execute();
  await endorsementKeysReplace(tx, serverId, []);
  await serverRename(tx, { ...server, tpm }, now);
}

/** The server has this TPM again, which was put aside; what is known of the other is forgotten. */
export async function rebuildTpmUnpark(
  tx: Tx,
  { serverId, uuid, tpm }: TpmExchange,
  now: number,
): Promise<void> {
  const server = await serverFind(tx, serverId);
  if (!server || server.tpm?.secretId === tpm.secretId) return;
  await tpmVaultDelete(tx, serverId);
  await vaultMove(tx, uuid, serverId);
  const row = await tx
    .selectFrom("compute_rebuilds")
    .select("parked_keys")
    .where("server_id", "=", serverId)
    .executeTakeFirst();
  const keys = JSON.parse(row?.parked_keys ?? "[]") as readonly EndorsementKey[];
  await endorsementKeysReplace(tx, serverId, keys);
  await serverRename(tx, { ...server, tpm }, now);
}
