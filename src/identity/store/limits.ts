import type { Db, Tx } from "#db/index.ts";
import type { Limit } from "../domain/limit.ts";

interface LimitRow {
  id: string;
  registered_limit_id: string;
  project_id: string | null;
  domain_id: string | null;
  resource_limit: number;
  description: string | null;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_limits: LimitRow;
  }
}

export interface LimitFilter {
  readonly id?: string | undefined;
  readonly registeredLimitId?: string | undefined;
  readonly serviceId?: string | undefined;
  readonly regionId?: string | undefined;
  readonly resourceName?: string | undefined;
  readonly projectId?: string | undefined;
  readonly domainId?: string | undefined;
}

export async function limitFind(db: Db, id: string): Promise<Limit | undefined> {
  return (await limitList(db, { id }))[0];
}

export async function limitList(db: Db, filter: LimitFilter): Promise<Limit[]> {
  let query = db
    .selectFrom("identity_limits as limit")
    .innerJoin("identity_registered_limits as registered", "registered.id", "limit.registered_limit_id")
    .selectAll("limit")
    .select(["registered.service_id", "registered.region_id", "registered.resource_name"])
    .select(["registered.default_limit", "registered.description as registered_description"])
    .orderBy("limit.id");
  const columns = {
    "limit.id": filter.id,
    "limit.registered_limit_id": filter.registeredLimitId,
    "registered.service_id": filter.serviceId,
    "registered.region_id": filter.regionId,
    "registered.resource_name": filter.resourceName,
    "limit.project_id": filter.projectId,
    "limit.domain_id": filter.domainId,
  };
  for (const [column, value] of Object.entries(columns)) {
    if (value !== undefined) query = query.where(column as keyof typeof columns, "=", value);
  }
  return (await query.execute()).map((row) => ({
    id: row.id,
    registered: {
      id: row.registered_limit_id,
      serviceId: row.service_id,
      regionId: row.region_id ?? undefined,
      resourceName: row.resource_name,
      defaultLimit: row.default_limit,
      description: row.registered_description ?? undefined,
    },
    projectId: row.project_id ?? undefined,
    domainId: row.domain_id ?? undefined,
    resourceLimit: row.resource_limit,
    description: row.description ?? undefined,
  }));
}

export async function limitInsert(tx: Tx, limit: Limit): Promise<void> {
  await tx
    .insertInto("identity_limits")
    .values({
      id: limit.id,
      registered_limit_id: limit.registered.id,
      project_id: limit.projectId ?? null,
      domain_id: limit.domainId ?? null,
      resource_limit: limit.resourceLimit,
      description: limit.description ?? null,
    })
    .execute();
}

export async function limitUpdate(
  tx: Tx,
  { id, resourceLimit, description }: Pick<Limit, "id" | "resourceLimit" | "description">,
): Promise<void> {
  await tx
    .updateTable("identity_limits")
    .set({ resource_limit: resourceLimit, description: description ?? null })
    .where("id", "=", id)
    .execute();
}

export async function limitDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_limits").where("id", "=", id).execute();
}
