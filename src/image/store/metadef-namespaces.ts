import { sql, type Expression, type ExpressionBuilder, type SqlBool } from "kysely";
import type { Db, Tx } from "#db/index.ts";
import type { Tables } from "#db/tables.ts";
import type { Viewer } from "../domain/image.ts";
import type { MetadefNamespace, MetadefVisibility } from "../domain/metadef.ts";
import type { NamespaceListQuery, NamespaceSortKey } from "../domain/metadef-list-query.ts";
import { afterKeyset } from "./keyset.ts";

export interface MetadefNamespaceRow {
  id: string;
  namespace: string;
  display_name: string | null;
  description: string | null;
  visibility: MetadefVisibility;
  owner: string | null;
  is_protected: number;
  created_at: number;
  updated_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    image_metadef_namespaces: MetadefNamespaceRow;
  }
}

function rowOf(namespace: MetadefNamespace): MetadefNamespaceRow {
  return {
    id: namespace.id,
    namespace: namespace.namespace,
    display_name: namespace.displayName,
    description: namespace.description,
    visibility: namespace.visibility,
    owner: namespace.owner,
    is_protected: namespace.isProtected ? 1 : 0,
    created_at: namespace.createdAt,
    updated_at: namespace.updatedAt,
  };
}

function namespaceOf(row: MetadefNamespaceRow): MetadefNamespace {
  return {
    id: row.id,
    namespace: row.namespace,
    displayName: row.display_name,
    description: row.description,
    visibility: row.visibility,
    owner: row.owner,
    isProtected: row.is_protected === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export async function metadefNamespaceFind(db: Db, name: string): Promise<MetadefNamespace | undefined> {
  const row = await db
    .selectFrom("image_metadef_namespaces")
    .selectAll()
    .where("namespace", "=", name)
    .executeTakeFirst();
  return row && namespaceOf(row);
}

/** One page of what the viewer may see, in the order asked for, after `after`. */
export async function metadefNamespaceList(
  db: Db,
  query: NamespaceListQuery,
  viewer: Viewer,
  after: MetadefNamespace | undefined,
): Promise<MetadefNamespace[]> {
  const order = orderOf(query);
  let select = db
    .selectFrom("image_metadef_namespaces")
    .selectAll()
    .where((eb) => eb.and(filters(eb, query, viewer)));
  if (after) {
    const values = rowOf(after);
    select = select.where(
      afterKeyset(
        order.map(({ column, key }) => ({
          column,
          direction: query.direction,
          value: values[key] ?? "",
        })),
      ),
    );
  }
  for (const { column } of order) select = select.orderBy(column, query.direction);
  return (await select.limit(query.limit).execute()).map(namespaceOf);
}

function filters(
  eb: ExpressionBuilder<Tables, "image_metadef_namespaces">,
  query: NamespaceListQuery,
  viewer: Viewer,
): Expression<SqlBool>[] {
  const found: Expression<SqlBool>[] = [];
  if (!viewer.isAdmin) {
    const owned = viewer.projectId === undefined ? [] : [eb("owner", "=", viewer.projectId)];
    found.push(eb.or([eb("visibility", "=", "public"), eb("owner", "is", null), ...owned]));
  }
  if (query.visibility !== undefined) found.push(eb("visibility", "=", query.visibility));
  if (query.resourceTypes !== undefined) {
    const associated = eb
      .selectFrom("image_metadef_associations")
      .select("resource_type")
      .whereRef("namespace_id", "=", "image_metadef_namespaces.id");
    found.push(eb.exists(associated.where("resource_type", "in", query.resourceTypes)));
  }
  return found;
}

const sortColumns = {
  created_at: "created_at",
  updated_at: "updated_at",
  namespace: "namespace",
  display_name: "display_name",
  description: "description",
  visibility: "visibility",
  owner: "owner",
  protected: "is_protected",
} as const satisfies Record<NamespaceSortKey, keyof MetadefNamespaceRow>;

const nullable: ReadonlySet<keyof MetadefNamespaceRow> = new Set(["display_name", "description", "owner"]);

/** The key asked for, then the age, then the name, which makes the order total. */
function orderOf({ sortKey }: NamespaceListQuery) {
  const keys = [...new Set([sortColumns[sortKey], "created_at", "namespace"] as const)];
  return keys.map((key) => ({
    key,
    column: nullable.has(key)
      ? sql<string | number>`coalesce(${sql.ref(key)}, '')`
      : sql<string | number>`${sql.ref(key)}`,
  }));
}

export async function metadefNamespaceInsert(tx: Tx, namespace: MetadefNamespace): Promise<void> {
  await tx.insertInto("image_metadef_namespaces").values(rowOf(namespace)).execute();
}

export async function metadefNamespaceUpdate(tx: Tx, namespace: MetadefNamespace): Promise<void> {
  const { id, ...columns } = rowOf(namespace);
  await tx.updateTable("image_metadef_namespaces").set(columns).where("id", "=", id).execute();
}

/** With all that is in it. */
export async function metadefNamespaceDelete(tx: Tx, namespaceId: string): Promise<void> {
  await tx.deleteFrom("image_metadef_namespaces").where("id", "=", namespaceId).execute();
}
