import type { Db, Tx } from "#db/index.ts";
import type { Region } from "../domain/catalog.ts";
import type { Extra } from "../domain/resources.ts";

interface RegionRow {
  id: string;
  description: string;
  parent_id: string | null;
  /** JSON object. */
  extra: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_regions: RegionRow;
  }
}

export async function regionFind(db: Db, id: string): Promise<Region | undefined> {
  const row = await db.selectFrom("identity_regions").selectAll().where("id", "=", id).executeTakeFirst();
  return row && fromRow(row);
}

export async function regionList(
  db: Db,
  filter: { readonly parentId?: string | undefined } = {},
): Promise<Region[]> {
  let query = db.selectFrom("identity_regions").selectAll().orderBy("id");
  if (filter.parentId !== undefined) query = query.where("parent_id", "=", filter.parentId);
  return (await query.execute()).map(fromRow);
}

export async function regionInsert(tx: Tx, region: Region): Promise<void> {
  await tx.insertInto("identity_regions").values(toRow(region)).execute();
}

export async function regionUpdate(tx: Tx, region: Region): Promise<void> {
  const { id, ...changed } = toRow(region);
  await tx.updateTable("identity_regions").set(changed).where("id", "=", id).execute();
}

/** Its children and endpoints must be gone. */
export async function regionDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_regions").where("id", "=", id).execute();
}

function fromRow(row: RegionRow): Region {
  const { id, description } = row;
  return { id, description, parentId: row.parent_id ?? undefined, extra: JSON.parse(row.extra) as Extra };
}

function toRow(region: Region): RegionRow {
  const { id, description } = region;
  return { id, description, parent_id: region.parentId ?? null, extra: JSON.stringify(region.extra) };
}
