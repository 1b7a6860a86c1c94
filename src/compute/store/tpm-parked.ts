import type { Tx } from "#db/index.ts";
import { endorsementKeyList, endorsementKeysReplace, type EndorsementKey } from "./tpm-endorsement-keys.ts";
import { tpmVaultDelete, vaultTables } from "./tpm-vault.ts";

/** From a server to the UUID of what puts its TPM aside, or back. */
export async function vaultMove(tx: Tx, from: string, to: string): Promise<void> {
  for (const table of vaultTables)
    await tx.updateTable(table).set({ server_id: to }).where("server_id", "=", from).execute();
}

/** What is known of a server's TPM is put aside: the vault has it under the resize's UUID. */
export async function tpmPark(
  tx: Tx,
  { serverId, uuid }: { readonly serverId: string; readonly uuid: string },
): Promise<void> {
  await vaultMove(tx, serverId, uuid);
  const keys = await endorsementKeyList(tx, serverId);
  await tx
    .updateTable("compute_server_migrations")
    .set({ parked_keys: JSON.stringify(keys) })
    .where("uuid", "=", uuid)
    .execute();
  await endorsementKeysReplace(tx, serverId, []);
}

/** What was put aside takes its place again; what is known of another TPM of the server is forgotten. */
export async function tpmUnpark(
  tx: Tx,
  { serverId, uuid }: { readonly serverId: string; readonly uuid: string },
): Promise<void> {
  await tpmForget(tx, serverId);
  await vaultMove(tx, uuid, serverId);
  const row = await tx
    .selectFrom("compute_server_migrations")
    .select("parked_keys")
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  const keys = JSON.parse(row?.parked_keys ?? "[]") as readonly EndorsementKey[];
  await endorsementKeysReplace(tx, serverId, keys);
}

/** Of a server's TPM, or by a resize's UUID of one that was put aside. */
export async function tpmForget(tx: Tx, key: string): Promise<void> {
  await tpmVaultDelete(tx, key);
  await endorsementKeysReplace(tx, key, []);
  await tx
    .updateTable("compute_server_migrations")
    .set({ parked_keys: null })
    .where("uuid", "=", key)
    .execute();
}
