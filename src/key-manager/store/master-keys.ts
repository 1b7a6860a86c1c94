import { CloudError } from "#base/errors.ts";
import type { Db, Tx } from "#db/index.ts";
import type { MasterKeyRow } from "../domain/master-key.ts";

declare module "#db/tables.ts" {
  interface Tables {
    key_manager_master_keys: MasterKeyRow;
  }
}

/** Retired ones too, the oldest first. */
export async function masterKeyList(db: Db): Promise<MasterKeyRow[]> {
  return db.selectFrom("key_manager_master_keys").selectAll().orderBy("generation").execute();
}

/** The one that wraps. */
export async function masterKeyFindCurrent(db: Db): Promise<MasterKeyRow | undefined> {
  return db
    .selectFrom("key_manager_master_keys")
    .selectAll()
    .where("status", "=", "CURRENT")
    .executeTakeFirst();
}

/** When the database's first master key was made. */
export async function masterKeyFirstAt(db: Db): Promise<number> {
  const { created_at: at } = await db
    .selectFrom("key_manager_master_keys")
    .select("created_at")
    .orderBy("generation")
    .limit(1)
    .executeTakeFirstOrThrow();
  return at;
}

/**
 * For the transaction that stores what this key wrapped: throws `unavailable` when the key is retired, as it may be by
 * another process since the wrapping. Transactions are as if one after the other: the one that retires the key is before
 * this one, and is seen here, or after it, and sees what this one stored.
 */
export async function masterKeyRequire(tx: Tx, id: string): Promise<void> {
  const row = await tx
    .selectFrom("key_manager_master_keys")
    .select("status")
    .where("id", "=", id)
    .executeTakeFirst();
  if (row && row.status !== "RETIRED") return;
  throw new CloudError(
    "unavailable",
    "The master key was replaced while the request was served, and nothing was stored; try again.",
    { detail: `master key ${id} is ${row?.status ?? "not in the database"}` },
  );
}

export async function masterKeyInsert(tx: Tx, row: MasterKeyRow): Promise<void> {
  await tx.insertInto("key_manager_master_keys").values(row).execute();
}

export async function masterKeyUpdate(
  tx: Tx,
  id: string,
  change: Partial<Pick<MasterKeyRow, "status" | "handed_over" | "unneeded_since" | "retired_at">>,
): Promise<void> {
  await tx.updateTable("key_manager_master_keys").set(change).where("id", "=", id).execute();
}
