import type { Db, Tx } from "#db/index.ts";
import type { MetadefAssociation, MetadefResourceType } from "../domain/metadef.ts";

export interface MetadefAssociationRow {
  namespace_id: string;
  resource_type: string;
  prefix: string | null;
  properties_target: string | null;
  created_at: number;
  updated_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    image_metadef_resource_types: { name: string; created_at: number; updated_at: number };
    image_metadef_associations: MetadefAssociationRow;
  }
}

export async function metadefResourceTypeList(db: Db): Promise<MetadefResourceType[]> {
  const rows = await db.selectFrom("image_metadef_resource_types").selectAll().orderBy("name").execute();
  return rows.map((row) => ({ name: row.name, createdAt: row.created_at, updatedAt: row.updated_at }));
}

/** Of several namespaces, by namespace id. */
export async function metadefAssociationList(
  db: Db,
  namespaceIds: readonly string[],
): Promise<ReadonlyMap<string, readonly MetadefAssociation[]>> {
  const found = new Map<string, MetadefAssociation[]>();
  if (namespaceIds.length === 0) return found;
  const rows = await db
    .selectFrom("image_metadef_associations")
    .selectAll()
    .where("namespace_id", "in", namespaceIds)
    .orderBy("resource_type")
    .execute();
  for (const row of rows) {
    const association: MetadefAssociation = {
      resourceType: row.resource_type,
      prefix: row.prefix,
      propertiesTarget: row.properties_target,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    };
    found.set(row.namespace_id, [...(found.get(row.namespace_id) ?? []), association]);
  }
  return found;
}

/** A resource type that was not known becomes so. */
export async function metadefAssociationInsert(
  tx: Tx,
  namespaceId: string,
  association: MetadefAssociation,
): Promise<void> {
  const times = { created_at: association.createdAt, updated_at: association.updatedAt };
  await tx
    .insertInto("image_metadef_resource_types")
    .values({ name: association.resourceType, ...times })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
  await tx
    .insertInto("image_metadef_associations")
    .values({
      namespace_id: namespaceId,
      resource_type: association.resourceType,
      prefix: association.prefix,
      properties_target: association.propertiesTarget,
      ...times,
    })
    .execute();
}

export async function metadefAssociationDelete(
  tx: Tx,
  namespaceId: string,
  resourceType: string,
): Promise<void> {
  await tx
    .deleteFrom("image_metadef_associations")
    .where("namespace_id", "=", namespaceId)
    .where("resource_type", "=", resourceType)
    .execute();
}
