import type { Db, Tx } from "#db/index.ts";
import type { EndpointGroup, EndpointGroupFilters } from "../domain/catalog.ts";

interface EndpointGroupRow {
  id: string;
  name: string;
  description: string | null;
  /** JSON object. */
  filters: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_endpoint_groups: EndpointGroupRow;
  }
}

export async function endpointGroupFind(db: Db, id: string): Promise<EndpointGroup | undefined> {
  const row = await db
    .selectFrom("identity_endpoint_groups")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row && fromRow(row);
}

export async function endpointGroupList(
  db: Db,
  filter: { readonly name?: string | undefined } = {},
): Promise<EndpointGroup[]> {
  let query = db.selectFrom("identity_endpoint_groups").selectAll().orderBy("name").orderBy("id");
  if (filter.name !== undefined) query = query.where("name", "=", filter.name);
  return (await query.execute()).map(fromRow);
}

export async function endpointGroupInsert(tx: Tx, group: EndpointGroup): Promise<void> {
  await tx.insertInto("identity_endpoint_groups").values(toRow(group)).execute();
}

export async function endpointGroupUpdate(tx: Tx, group: EndpointGroup): Promise<void> {
  const { id, ...changed } = toRow(group);
  await tx.updateTable("identity_endpoint_groups").set(changed).where("id", "=", id).execute();
}

export async function endpointGroupDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_endpoint_groups").where("id", "=", id).execute();
}

function fromRow(row: EndpointGroupRow): EndpointGroup {
  return {
    ...row,
    description: row.description ?? undefined,
    filters: JSON.parse(row.filters) as EndpointGroupFilters,
  };
}

function toRow(group: EndpointGroup): EndpointGroupRow {
  return { ...group, description: group.description ?? null, filters: JSON.stringify(group.filters) };
}
