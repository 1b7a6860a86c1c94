import type { Db, Tx } from "#db/index.ts";

export interface TpmIntentRow {
  server_id: string;
  created_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_tpm_intents: TpmIntentRow;
  }
}

/** Written before a passphrase is stored, so that a reaper finds it when the server never came to be. */
export async function tpmIntentInsert(tx: Tx, serverId: string, now: number): Promise<void> {
  await tx
    .insertInto("compute_tpm_intents")
    .values({ server_id: serverId, created_at: now })
    // Two requests that each make a passphrase for one server.
    .onConflict((conflict) => conflict.column("server_id").doUpdateSet({ created_at: now }))
    .execute();
}

export async function tpmIntentDelete(tx: Tx, serverId: string): Promise<void> {
  await tx.deleteFrom("compute_tpm_intents").where("server_id", "=", serverId).execute();
}

export async function tpmIntentListBefore(db: Db, createdBefore: number): Promise<TpmIntentRow[]> {
  return db.selectFrom("compute_tpm_intents").selectAll().where("created_at", "<", createdBefore).execute();
}
