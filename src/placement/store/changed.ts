import { sql, type RawBuilder } from "kysely";
import { isPostgres, type Tx } from "#db/index.ts";

/**
 * What `ProviderRow.changed` is set to by a write of this transaction. SQLite, where transactions follow one another:
 * one more than any before. PostgreSQL, where they overlap: the transaction's number, which whoever reads compares
 * with the oldest transaction that was still running when they read last.
 */
export function changeMark(tx: Tx): RawBuilder<number> {
  if (isPostgres(tx)) return sql<number>`pg_current_xact_id()::text::bigint`;
  return sql<number>`(select 1 + max(
    coalesce((select max(changed) from placement_providers), 0),
    coalesce((select max(changed) from placement_deleted_providers), 0)))`;
}

/** Of providers whose rows stay as they are while what they have changes, without a new generation. */
export async function providersMark(tx: Tx, uuids: readonly string[]): Promise<void> {
  if (uuids.length === 0) return;
  await tx
    .updateTable("placement_providers")
    .set({ changed: changeMark(tx) })
    .where("uuid", "in", uuids)
    .execute();
}

/** Remembers that it was deleted. */
export async function providerMarkDeleted(tx: Tx, uuid: string): Promise<void> {
  const changed = changeMark(tx);
  await tx
    .insertInto("placement_deleted_providers")
    .values({ uuid, changed })
    .onConflict((conflict) => conflict.column("uuid").doUpdateSet({ changed }))
    .execute();
}
