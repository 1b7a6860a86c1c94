import type { Db, Tx } from "#db/index.ts";
import type { Endpoint } from "../domain/catalog.ts";
import type { Extra } from "../domain/resources.ts";

interface EndpointRow {
  id: string;
  service_id: string;
  interface: Endpoint["interface"];
  region_id: string | null;
  url: string;
  enabled: number;
  /** JSON object. */
  extra: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_endpoints: EndpointRow;
  }
}

export interface EndpointFilter {
  readonly interface?: string | undefined;
  readonly serviceId?: string | undefined;
  readonly regionId?: string | undefined;
}

export async function endpointFind(db: Db, id: string): Promise<Endpoint | undefined> {
  const row = await db.selectFrom("identity_endpoints").selectAll().where("id", "=", id).executeTakeFirst();
  return row && fromRow(row);
}

export async function endpointList(db: Db, filter: EndpointFilter = {}): Promise<Endpoint[]> {
  let query = db.selectFrom("identity_endpoints").selectAll().orderBy("service_id").orderBy("id");
  const { interface: kind, serviceId, regionId } = filter;
  if (kind !== undefined) query = query.where("interface", "=", kind as Endpoint["interface"]);
  if (serviceId !== undefined) query = query.where("service_id", "=", serviceId);
  if (regionId !== undefined) query = query.where("region_id", "=", regionId);
  return (await query.execute()).map(fromRow);
}

export async function endpointInsert(tx: Tx, endpoint: Endpoint): Promise<void> {
  await tx.insertInto("identity_endpoints").values(toRow(endpoint)).execute();
}

export async function endpointUpdate(tx: Tx, endpoint: Endpoint): Promise<void> {
  const { id, ...changed } = toRow(endpoint);
  await tx.updateTable("identity_endpoints").set(changed).where("id", "=", id).execute();
}

/** No project's catalogue may name it. */
export async function endpointDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_endpoints").where("id", "=", id).execute();
}

function fromRow(row: EndpointRow): Endpoint {
  return {
    id: row.id,
    serviceId: row.service_id,
    interface: row.interface,
    regionId: row.region_id ?? undefined,
    url: row.url,
    enabled: row.enabled !== 0,
    extra: JSON.parse(row.extra) as Extra,
  };
}

function toRow(endpoint: Endpoint): EndpointRow {
  return {
    id: endpoint.id,
    service_id: endpoint.serviceId,
    interface: endpoint.interface,
    region_id: endpoint.regionId ?? null,
    url: endpoint.url,
    enabled: Number(endpoint.enabled),
    extra: JSON.stringify(endpoint.extra),
  };
}
