import type { Db, Tx } from "#db/index.ts";

/** A memory image that a server once had. */
interface TpmSaveRow {
  server_id: string;
  /** Hex. */
  sha256: string;
  /** The newest of the server's TPM when the vault first heard of the image. */
  generation: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_tpm_saves: TpmSaveRow;
  }
}

/** The generation with which the image was first heard of; undefined for one that the vault does not know. */
export async function tpmSaveFind(db: Db, serverId: string, sha256: string): Promise<number | undefined> {
  const row = await db
    .selectFrom("compute_tpm_saves")
    .select("generation")
    .where("server_id", "=", serverId)
    .where("sha256", "=", sha256)
    .executeTakeFirst();
  return row?.generation;
}

/** Again it changes nothing. */
export async function tpmSaveInsert(
  tx: Tx,
  serverId: string,
  save: { readonly sha256: string; readonly generation: number },
): Promise<void> {
  await tx
    .insertInto("compute_tpm_saves")
    .values({ server_id: serverId, ...save })
    .onConflict((conflict) => conflict.columns(["server_id", "sha256"]).doNothing())
    .execute();
}
