import type { Db, Tx } from "#db/index.ts";
import type { Consumer } from "../domain/allocation.ts";
import type { ConsumerRow } from "./tables.ts";

function consumerFromRow(row: ConsumerRow): Consumer {
  return {
    uuid: row.uuid,
    projectId: row.project_id,
    userId: row.user_id,
    consumerType: row.consumer_type ?? undefined,
    generation: row.generation,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
  };
}

export async function consumerList(db: Db, uuids: readonly string[]): Promise<Consumer[]> {
  if (uuids.length === 0) return [];
  const rows = await db.selectFrom("placement_consumers").selectAll().where("uuid", "in", uuids).execute();
  return rows.map(consumerFromRow);
}

export async function consumerInsert(tx: Tx, consumer: Consumer): Promise<void> {
  await tx
    .insertInto("placement_consumers")
    .values({
      uuid: consumer.uuid,
      project_id: consumer.projectId,
      user_id: consumer.userId,
      consumer_type: consumer.consumerType ?? null,
      generation: consumer.generation,
      created_at: consumer.createdAtMs,
      updated_at: consumer.updatedAtMs,
    })
    .execute();
}

/** Writes `next` over `previous`; false when somebody else was faster: then nothing is changed. */
export async function consumerUpdate(tx: Tx, previous: Consumer, next: Consumer): Promise<boolean> {
  const result = await tx
    .updateTable("placement_consumers")
    .set({
      project_id: next.projectId,
      user_id: next.userId,
      consumer_type: next.consumerType ?? null,
      generation: next.generation,
      updated_at: next.updatedAtMs,
    })
    .where("uuid", "=", previous.uuid)
    .where("generation", "=", previous.generation)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function consumerDelete(tx: Tx, uuids: readonly string[]): Promise<void> {
  if (uuids.length > 0) await tx.deleteFrom("placement_consumers").where("uuid", "in", uuids).execute();
}

/** Consumers of an owner, by type. */
export async function consumerCounts(
  db: Db,
  owner: { readonly projectId: string; readonly userId: string | undefined },
): Promise<{ readonly consumerType: string | undefined; readonly count: number }[]> {
  let query = db
    .selectFrom("placement_consumers")
    .select("consumer_type")
    .select((expression) => expression.fn.countAll<number | string>().as("consumers"))
    .where("project_id", "=", owner.projectId)
    .groupBy("consumer_type");
  if (owner.userId !== undefined) query = query.where("user_id", "=", owner.userId);
  const rows = await query.execute();
  return rows.map((row) => ({ consumerType: row.consumer_type ?? undefined, count: Number(row.consumers) }));
}
