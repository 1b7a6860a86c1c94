import type { Db } from "#db/index.ts";
import type { Allocation } from "../domain/allocation.ts";
import type { AllocationRow } from "./tables.ts";

export function allocationFromRow(row: Omit<AllocationRow, "position">): Allocation {
  return {
    consumerUuid: row.consumer_uuid,
    providerUuid: row.provider_uuid,
    resourceClass: row.resource_class,
    used: row.used,
    createdAtMs: row.created_at,
  };
}

export async function allocationList(db: Db, consumerUuids: readonly string[]): Promise<Allocation[]> {
  const rows = await db
    .selectFrom("placement_allocations")
    .selectAll()
    .where("consumer_uuid", "in", consumerUuids)
    .orderBy("consumer_uuid")
    .orderBy("position")
    .execute();
  return rows.map(allocationFromRow);
}

export async function allocationListOfProvider(db: Db, providerUuid: string): Promise<Allocation[]> {
  const rows = await db
    .selectFrom("placement_allocations")
    .selectAll()
    .where("provider_uuid", "=", providerUuid)
    .orderBy("consumer_uuid")
    .orderBy("position")
    .execute();
  return rows.map(allocationFromRow);
}

export async function providerHasAllocations(db: Db, providerUuid: string): Promise<boolean> {
  const row = await db
    .selectFrom("placement_allocations")
    .select("consumer_uuid")
    .where("provider_uuid", "=", providerUuid)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export interface UsageSum {
  readonly consumerType: string | undefined;
  readonly resourceClass: string;
  readonly used: number;
}

/** Sums by class and consumer type, of a project or of one user in it. */
export async function usageList(
  db: Db,
  owner: { readonly projectId: string; readonly userId: string | undefined },
): Promise<UsageSum[]> {
  let query = db
    .selectFrom("placement_allocations")
    .innerJoin("placement_consumers", "placement_consumers.uuid", "placement_allocations.consumer_uuid")
    .select(["consumer_type", "resource_class"])
    .select((expression) => expression.fn.sum<number | string>("used").as("total"))
    .where("project_id", "=", owner.projectId)
    .groupBy(["consumer_type", "resource_class"])
    .orderBy("resource_class");
  if (owner.userId !== undefined) query = query.where("user_id", "=", owner.userId);
  const rows = await query.execute();
  return rows.map((row) => ({
    consumerType: row.consumer_type ?? undefined,
    resourceClass: row.resource_class,
    used: Number(row.total),
  }));
}
