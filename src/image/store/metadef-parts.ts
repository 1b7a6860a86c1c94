import { sql } from "kysely";
import type { Db, Tx } from "#db/index.ts";
import type { MetadefPageQuery, PartSortKey } from "../domain/metadef-list-query.ts";
import type { MetadefPart, PartContents, PartKind } from "../domain/metadef-part.ts";
import { afterKeyset } from "./keyset.ts";

export interface MetadefPartRow {
  namespace_id: string;
  kind: PartKind;
  name: string;
  content: string;
  created_at: number;
  updated_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    image_metadef_parts: MetadefPartRow;
  }
}

function rowOf(namespaceId: string, part: MetadefPart): MetadefPartRow {
  return {
    namespace_id: namespaceId,
    kind: part.kind,
    name: part.name,
    content: JSON.stringify(part.content),
    created_at: part.createdAt,
    updated_at: part.updatedAt,
  };
}

function partOf<Kind extends PartKind>(kind: Kind, row: MetadefPartRow): MetadefPart<Kind> {
  return {
    kind,
    name: row.name,
    content: JSON.parse(row.content) as PartContents[Kind],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export async function metadefPartFind<Kind extends PartKind>(
  db: Db,
  namespaceId: string,
  kind: Kind,
  name: string,
): Promise<MetadefPart<Kind> | undefined> {
  const row = await db
    .selectFrom("image_metadef_parts")
    .selectAll()
    .where("namespace_id", "=", namespaceId)
    .where("kind", "=", kind)
    .where("name", "=", name)
    .executeTakeFirst();
  return row && partOf(kind, row);
}

/** All of one kind, by name. */
export async function metadefPartList<Kind extends PartKind>(
  db: Db,
  namespaceId: string,
  kind: Kind,
): Promise<MetadefPart<Kind>[]> {
  const rows = await db
    .selectFrom("image_metadef_parts")
    .selectAll()
    .where("namespace_id", "=", namespaceId)
    .where("kind", "=", kind)
    .orderBy("name")
    .execute();
  return rows.map((row) => partOf(kind, row));
}

/** One page in the order asked for, after `after`; the name makes the order total. */
export async function metadefPartPage<Kind extends PartKind>(
  db: Db,
  namespaceId: string,
  kind: Kind,
  query: MetadefPageQuery<PartSortKey>,
  after: MetadefPart<Kind> | undefined,
): Promise<MetadefPart<Kind>[]> {
  const keys = [...new Set([query.sortKey, "created_at", "name"] as const)];
  let select = db
    .selectFrom("image_metadef_parts")
    .selectAll()
    .where("namespace_id", "=", namespaceId)
    .where("kind", "=", kind);
  if (after) {
    const values = rowOf(namespaceId, after);
    const { direction } = query;
    select = select.where(
      afterKeyset(
        keys.map((key) => ({ column: sql.ref<string | number>(key), direction, value: values[key] })),
      ),
    );
  }
  for (const key of keys) select = select.orderBy(key, query.direction);
  if (query.limit !== undefined) select = select.limit(query.limit);
  return (await select.execute()).map((row) => partOf(kind, row));
}

/** A statement may bind 32 766 values on SQLite, 65 535 on PostgreSQL. */
const rowsAtOnce = 1000;

export async function metadefPartsInsert(
  tx: Tx,
  namespaceId: string,
  parts: readonly MetadefPart[],
): Promise<void> {
  for (let at = 0; at < parts.length; at += rowsAtOnce) {
    const rows = parts.slice(at, at + rowsAtOnce).map((part) => rowOf(namespaceId, part));
    await tx.insertInto("image_metadef_parts").values(rows).execute();
  }
}

/** `name`: what it was called before. */
export async function metadefPartUpdate(
  tx: Tx,
  namespaceId: string,
  name: string,
  part: MetadefPart,
): Promise<void> {
  const { namespace_id: _, kind, ...columns } = rowOf(namespaceId, part);
  await tx
    .updateTable("image_metadef_parts")
    .set(columns)
    .where("namespace_id", "=", namespaceId)
    .where("kind", "=", kind)
    .where("name", "=", name)
    .execute();
}

export async function metadefPartDelete(
  tx: Tx,
  namespaceId: string,
  kind: PartKind,
  name: string,
): Promise<void> {
  await tx
    .deleteFrom("image_metadef_parts")
    .where("namespace_id", "=", namespaceId)
    .where("kind", "=", kind)
    .where("name", "=", name)
    .execute();
}

export async function metadefPartsDelete(tx: Tx, namespaceId: string, kind: PartKind): Promise<void> {
  await tx
    .deleteFrom("image_metadef_parts")
    .where("namespace_id", "=", namespaceId)
    .where("kind", "=", kind)
    .execute();
}
