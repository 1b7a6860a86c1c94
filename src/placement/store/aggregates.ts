import type { Db, Tx } from "#db/index.ts";

export async function aggregateListOf(db: Db, providerUuid: string): Promise<string[]> {
  const rows = await db
    .selectFrom("placement_provider_aggregates")
    .select("aggregate_uuid")
    .where("provider_uuid", "=", providerUuid)
    .orderBy("aggregate_uuid")
    .execute();
  return rows.map((row) => row.aggregate_uuid);
}

export async function aggregatesReplace(
  tx: Tx,
  providerUuid: string,
  aggregates: readonly string[],
): Promise<void> {
  await tx.deleteFrom("placement_provider_aggregates").where("provider_uuid", "=", providerUuid).execute();
  if (aggregates.length === 0) return;
  await tx
    .insertInto("placement_provider_aggregates")
    .values(aggregates.map((aggregate) => ({ provider_uuid: providerUuid, aggregate_uuid: aggregate })))
    .execute();
}
