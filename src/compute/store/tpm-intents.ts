import type { Generated, Selectable } from "kysely";
import type { Db, Tx } from "#db/index.ts";

interface TpmIntentRow {
  server_id: string;
  created_at: number;
  /** Whose passphrase it is to be; not known of intents that are older than the columns. */
  project_id: Generated<string | null>;
  user_id: Generated<string | null>;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_tpm_intents: TpmIntentRow;
  }
}

export type TpmIntent = Readonly<Selectable<TpmIntentRow>>;

/** Written before a passphrase is stored, so that a reaper finds it when the server never came to be. */
export async function tpmIntentInsert(
  tx: Tx,
  intent: { readonly serverId: string; readonly projectId: string; readonly userId: string },
  now: number,
): Promise<void> {
  await tx
    .insertInto("compute_tpm_intents")
    .values({
      server_id: intent.serverId,
      created_at: now,
      project_id: intent.projectId,
      user_id: intent.userId,
    })
    // Two requests that each make a passphrase for one server.
    .onConflict((conflict) => conflict.column("server_id").doUpdateSet({ created_at: now }))
    .execute();
}

export async function tpmIntentDelete(tx: Tx, serverId: string): Promise<void> {
  await tx.deleteFrom("compute_tpm_intents").where("server_id", "=", serverId).execute();
}

export async function tpmIntentListBefore(db: Db, createdBefore: number): Promise<TpmIntent[]> {
  return db.selectFrom("compute_tpm_intents").selectAll().where("created_at", "<", createdBefore).execute();
}
