import type { Db, Tx } from "#db/index.ts";
import type { CatalogEntry } from "../domain/catalog.ts";
import type { Extra } from "../domain/resources.ts";

interface ServiceRow {
  id: string;
  type: string;
  name: string | null;
  description: string;
  enabled: number;
  /** JSON object. */
  extra: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_services: ServiceRow;
  }
}

export interface ServiceFilter {
  readonly type?: string | undefined;
  readonly name?: string | undefined;
}

export async function serviceFind(db: Db, id: string): Promise<CatalogEntry | undefined> {
  const row = await db.selectFrom("identity_services").selectAll().where("id", "=", id).executeTakeFirst();
  return row && fromRow(row);
}

export async function serviceList(db: Db, filter: ServiceFilter = {}): Promise<CatalogEntry[]> {
  let query = db.selectFrom("identity_services").selectAll().orderBy("type").orderBy("id");
  if (filter.type !== undefined) query = query.where("type", "=", filter.type);
  if (filter.name !== undefined) query = query.where("name", "=", filter.name);
  return (await query.execute()).map(fromRow);
}

export async function serviceInsert(tx: Tx, service: CatalogEntry): Promise<void> {
  await tx.insertInto("identity_services").values(toRow(service)).execute();
}

export async function serviceUpdate(tx: Tx, service: CatalogEntry): Promise<void> {
  const { id, ...changed } = toRow(service);
  await tx.updateTable("identity_services").set(changed).where("id", "=", id).execute();
}

/** Its endpoints must be gone. */
export async function serviceDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_services").where("id", "=", id).execute();
}

function fromRow(row: ServiceRow): CatalogEntry {
  return {
    ...row,
    name: row.name ?? undefined,
    enabled: row.enabled !== 0,
    extra: JSON.parse(row.extra) as Extra,
  };
}

function toRow(service: CatalogEntry): ServiceRow {
  return {
    ...service,
    name: service.name ?? null,
    enabled: Number(service.enabled),
    extra: JSON.stringify(service.extra),
  };
}
