import { sql, type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool } from "kysely";
import type { Db } from "#db/index.ts";
import type { Tables } from "#db/tables.ts";
import type { Image, Viewer } from "../domain/image.ts";
import type { ImageListQuery, NumberAttribute, SortKey, TextAttribute } from "../domain/image-list-query.ts";
import type { TimeOperator } from "../domain/filter-values.ts";
import { imagesOfRows } from "./images.ts";
import { afterKeyset } from "./keyset.ts";

type Builder = ExpressionBuilder<Tables, "image_images">;

/** One page in the order asked for, after `after`. */
export async function imageList(
  db: Db,
  query: ImageListQuery,
  viewer: Viewer,
  after: Image | undefined,
): Promise<Image[]> {
  let select = db
    .selectFrom("image_images")
    .selectAll()
    .where((eb) => eb.and([...visibilityFilters(eb, query, viewer), ...attributeFilters(eb, query)]));
  if (after) select = select.where(afterImage(query, after));
  for (const { key, direction } of query.sort) select = select.orderBy(sortColumns[key].column, direction);
  return imagesOfRows(db, await select.limit(query.limit).execute());
}

/** glance.db.sqlalchemy.api: `image_get_all`. */
function visibilityFilters(eb: Builder, query: ImageListQuery, viewer: Viewer): Expression<SqlBool>[] {
  const owned = viewer.projectId === undefined ? eb.lit(false) : eb("owner", "=", viewer.projectId);
  const filters: Expression<SqlBool>[] = [];
  if (!viewer.isAdmin) {
    const open = eb("visibility", "in", ["public", "community"]);
    filters.push(eb.or([owned, open, ...sharedFilters(eb, query, viewer)]));
  }
  if (query.visibility === undefined) filters.push(eb.or([owned, eb("visibility", "!=", "community")]));
  else if (query.visibility !== "all") filters.push(eb("visibility", "=", query.visibility));
  return filters;
}

/** Shared with the viewer's project, which has answered as asked for. */
function sharedFilters(eb: Builder, query: ImageListQuery, viewer: Viewer): Expression<SqlBool>[] {
  if (viewer.projectId === undefined) return [];
  let membership = eb
    .selectFrom("image_members")
    .select("image_members.status")
    .whereRef("image_members.image_id", "=", "image_images.id")
    .where("image_members.member_id", "=", viewer.projectId);
  if (query.memberStatus !== "all")
    membership = membership.where("image_members.status", "=", query.memberStatus);
  return [eb.and([eb("visibility", "=", "shared"), eb.exists(membership)])];
}

const textColumns = {
  id: "id",
  name: "name",
  status: "status",
  owner: "owner",
  disk_format: "disk_format",
  container_format: "container_format",
  checksum: "md5",
  os_hash_value: "sha512",
} as const satisfies Record<TextAttribute, keyof Tables["image_images"]>;

const numberColumns = {
  min_disk: ["min_disk_gib", "="],
  min_ram: ["min_ram_mib", "="],
  size: ["size_bytes", "="],
  virtual_size: ["virtual_size_bytes", "="],
  size_min: ["size_bytes", ">="],
  size_max: ["size_bytes", "<="],
} as const satisfies Record<NumberAttribute, readonly [keyof Tables["image_images"], string]>;

function attributeFilters(eb: Builder, query: ImageListQuery): Expression<SqlBool>[] {
  const filters: Expression<SqlBool>[] = [eb("is_hidden", "=", query.isHidden ? 1 : 0)];
  if (query.isProtected !== undefined) filters.push(eb("is_protected", "=", query.isProtected ? 1 : 0));
  for (const { attribute, anyOf } of query.texts)
    filters.push(eb(sql.ref(textColumns[attribute]), "in", anyOf));
  for (const { attribute, value } of query.numbers) {
    const [column, operator] = numberColumns[attribute];
    filters.push(eb(column, operator, value));
  }
  for (const time of query.times) filters.push(timeFilter(eb, time));
  for (const tag of query.tags) {
    const tagged = eb.selectFrom("image_tags").select("tag").whereRef("image_id", "=", "image_images.id");
    filters.push(eb.exists(tagged.where("tag", "=", tag)));
  }
  for (const { name, value } of query.properties) {
    const having = eb
      .selectFrom("image_properties")
      .select("value")
      .whereRef("image_id", "=", "image_images.id")
      .where("image_properties.name", "=", name);
    filters.push(eb.exists(having.where("value", "=", value)));
  }
  return filters;
}

/** Clients see whole seconds, so `eq` means anywhere in that second. */
function timeFilter(eb: Builder, time: ImageListQuery["times"][number]): Expression<SqlBool> {
  const [column, first, last] = [time.attribute, time.timeMs, time.timeMs + 999];
  const filters: Readonly<Record<TimeOperator, () => Expression<SqlBool>>> = {
    gt: () => eb(column, ">", last),
    gte: () => eb(column, ">=", first),
    lt: () => eb(column, "<", first),
    lte: () => eb(column, "<=", last),
    eq: () => eb.between(column, first, last),
    neq: () => eb.not(eb.between(column, first, last)),
  };
  return filters[time.operator]();
}

type SortValue = string | number;
interface SortColumn {
  readonly column: RawBuilder<SortValue>;
  readonly value: (image: Image) => SortValue;
}

/** Null sorts first on every database, because it is replaced. */
const sortColumns: Readonly<Record<SortKey, SortColumn>> = {
  id: { column: sql.ref("id"), value: (image) => image.id },
  name: { column: sql`coalesce(${sql.ref("name")}, '')`, value: (image) => image.name ?? "" },
  status: { column: sql.ref("status"), value: (image) => image.status },
  container_format: {
    column: sql`coalesce(${sql.ref("container_format")}, '')`,
    value: (image) => image.containerFormat ?? "",
  },
  disk_format: {
    column: sql`coalesce(${sql.ref("disk_format")}, '')`,
    value: (image) => image.diskFormat ?? "",
  },
  size: { column: sql`coalesce(${sql.ref("size_bytes")}, -1)`, value: (image) => image.sizeBytes ?? -1 },
  created_at: { column: sql.ref("created_at"), value: (image) => image.createdAt },
  updated_at: { column: sql.ref("updated_at"), value: (image) => image.updatedAt },
};

function afterImage({ sort }: ImageListQuery, after: Image): Expression<SqlBool> {
  return afterKeyset(
    sort.map(({ key, direction }) => {
      const { column, value } = sortColumns[key];
      return { column, direction, value: value(after) };
    }),
  );
}
