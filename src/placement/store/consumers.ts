import type { Db } from "#db/index.ts";
import type { Consumer } from "../domain/allocation.ts";
import type { ConsumerRow } from "./tables.ts";

export function consumerFromRow(row: ConsumerRow): Consumer {
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
