import type { Db, Tx } from "#db/index.ts";
import type { RegisteredLimit } from "../domain/limit.ts";

interface RegisteredLimitRow {
  id: string;
  service_id: string;
  region_id: string | null;
  resource_name: string;
  default_limit: number;
  description: string | null;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_registered_limits: RegisteredLimitRow;
  }
}

export interface RegisteredLimitFilter {
  readonly serviceId?: string | undefined;
  /** `null`: those of no region. */
  readonly regionId?: string | null | undefined;
  readonly resourceName?: string | undefined;
}

export async function registeredLimitFind(db: Db, id: string): Promise<RegisteredLimit | undefined> {
  const row = await db
    .selectFrom("identity_registered_limits")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row && fromRow(row);
}

export async function registeredLimitList(db: Db, filter: RegisteredLimitFilter): Promise<RegisteredLimit[]> {
  let query = db.selectFrom("identity_registered_limits").selectAll().orderBy("id");
  if (filter.serviceId !== undefined) query = query.where("service_id", "=", filter.serviceId);
  if (filter.resourceName !== undefined) query = query.where("resource_name", "=", filter.resourceName);
  if (filter.regionId === null) query = query.where("region_id", "is", null);
  else if (filter.regionId !== undefined) query = query.where("region_id", "=", filter.regionId);
  return (await query.execute()).map(fromRow);
}

export async function registeredLimitInsert(tx: Tx, limit: RegisteredLimit): Promise<void> {
  await tx.insertInto("identity_registered_limits").values(toRow(limit)).execute();
}

export async function registeredLimitUpdate(tx: Tx, limit: RegisteredLimit): Promise<void> {
  const { id, ...changed } = toRow(limit);
  await tx.updateTable("identity_registered_limits").set(changed).where("id", "=", id).execute();
}

export async function registeredLimitDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_registered_limits").where("id", "=", id).execute();
}

function fromRow(row: RegisteredLimitRow): RegisteredLimit {
  return {
    id: row.id,
    serviceId: row.service_id,
    regionId: row.region_id ?? undefined,
    resourceName: row.resource_name,
    defaultLimit: row.default_limit,
    description: row.description ?? undefined,
  };
}

function toRow(limit: RegisteredLimit): RegisteredLimitRow {
  return {
    id: limit.id,
    service_id: limit.serviceId,
    region_id: limit.regionId ?? null,
    resource_name: limit.resourceName,
    default_limit: limit.defaultLimit,
    description: limit.description ?? null,
  };
}
