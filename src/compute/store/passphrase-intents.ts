import type { Selectable } from "kysely";
import { CloudError } from "#base/errors.ts";
import type { Db, Tx } from "#db/index.ts";

interface PassphraseIntentRow {
  /** Of the saga that is to use it. */
  id: string;
  server_id: string;
  /** Of an image that is to carry the server's TPM; null: the server's own. */
  image_id: string | null;
  /** Whose passphrase it is to be; not known of very old intents. */
  project_id: string | null;
  user_id: string | null;
  /** The control plane whose request it is. */
  owner_id: string;
  created_at: number;
  /** 1: a reaper has it, and nothing is to come of it any more. */
  taken: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_passphrase_intents: PassphraseIntentRow;
  }
}

export type PassphraseIntent = Readonly<Selectable<PassphraseIntentRow>>;

/** Written before a passphrase is stored, so that a reaper finds it when nothing came of it. */
export async function passphraseIntentInsert(tx: Tx, intent: Omit<PassphraseIntent, "taken">): Promise<void> {
  await tx
    .insertInto("compute_passphrase_intents")
    .values({ ...intent, taken: 0 })
    .execute();
}

/** In the transaction that begins what the passphrase is for. Throws `unavailable` when a reaper has given it up meanwhile. */
export async function passphraseIntentFulfil(tx: Tx, id: string): Promise<void> {
  const { numDeletedRows } = await tx
    .deleteFrom("compute_passphrase_intents")
    .where("id", "=", id)
    .where("taken", "=", 0)
    .executeTakeFirst();
  if (numDeletedRows > 0n) return;
  const message =
    "The request took so long that its TPM passphrase was given up. Nothing changed; try again.";
  throw new CloudError("unavailable", message);
}

export async function passphraseIntentDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("compute_passphrase_intents").where("id", "=", id).execute();
}

/**
 * For a reaper: those that are older than `before`, those of `ownerId` whatever their age, and what was taken already by one
 * that did not come to an end. None of them is fulfilled any more.
 */
export async function passphraseIntentTake(
  tx: Tx,
  { before, ownerId }: { readonly before: number; readonly ownerId: string | undefined },
): Promise<PassphraseIntent[]> {
  await tx
    .updateTable("compute_passphrase_intents")
    .set({ taken: 1 })
    .where((where) =>
      where.or([
        where("created_at", "<", before),
        ...(ownerId === undefined ? [] : [where("owner_id", "=", ownerId)]),
      ]),
    )
    .execute();
  return tx.selectFrom("compute_passphrase_intents").selectAll().where("taken", "=", 1).execute();
}

/** Whether there is any: most looks of a reaper find none. */
export async function passphraseIntentSome(db: Db): Promise<boolean> {
  const found = await db.selectFrom("compute_passphrase_intents").select("id").limit(1).executeTakeFirst();
  return found !== undefined;
}
