import type { Db, Tx } from "#db/index.ts";
import type { Image, ImageStatus, ImageVisibility } from "../domain/image.ts";

export interface ImageRow {
  id: string;
  name: string | null;
  status: ImageStatus;
  visibility: ImageVisibility;
  owner: string | null;
  is_protected: number;
  is_hidden: number;
  disk_format: string | null;
  container_format: string | null;
  min_disk_gib: number;
  min_ram_mib: number;
  size_bytes: number | null;
  virtual_size_bytes: number | null;
  md5: string | null;
  sha512: string | null;
  data_id: string | null;
  created_at: number;
  updated_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    image_images: ImageRow;
    image_properties: { image_id: string; name: string; value: string | null };
    image_tags: { image_id: string; tag: string };
  }
}

function rowOf(image: Image): ImageRow {
  return {
    id: image.id,
    name: image.name,
    status: image.status,
    visibility: image.visibility,
    owner: image.owner,
    is_protected: image.isProtected ? 1 : 0,
    is_hidden: image.isHidden ? 1 : 0,
    disk_format: image.diskFormat,
    container_format: image.containerFormat,
    min_disk_gib: image.minDiskGiB,
    min_ram_mib: image.minRamMiB,
    size_bytes: image.sizeBytes,
    virtual_size_bytes: image.virtualSizeBytes,
    md5: image.md5,
    sha512: image.sha512,
    data_id: image.dataId,
    created_at: image.createdAt,
    updated_at: image.updatedAt,
  };
}

function imageOf(row: ImageRow, properties: Image["properties"], tags: Image["tags"]): Image {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    visibility: row.visibility,
    owner: row.owner,
    isProtected: row.is_protected === 1,
    isHidden: row.is_hidden === 1,
    diskFormat: row.disk_format,
    containerFormat: row.container_format,
    minDiskGiB: row.min_disk_gib,
    minRamMiB: row.min_ram_mib,
    sizeBytes: row.size_bytes,
    virtualSizeBytes: row.virtual_size_bytes,
    md5: row.md5,
    sha512: row.sha512,
    dataId: row.data_id,
    properties,
    tags,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export async function imageFind(db: Db, imageId: string): Promise<Image | undefined> {
  const row = await db.selectFrom("image_images").selectAll().where("id", "=", imageId).executeTakeFirst();
  return row && (await imagesOfRows(db, [row]))[0];
}

/** Adds properties and tags, in two queries however many rows there are. */
export async function imagesOfRows(db: Db, rows: readonly ImageRow[]): Promise<Image[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const properties = new Map<string, Record<string, string | null>>();
  for (const { image_id, name, value } of await db
    .selectFrom("image_properties")
    .selectAll()
    .where("image_id", "in", ids)
    .orderBy("name")
    .execute()) {
    properties.set(image_id, { ...properties.get(image_id), [name]: value });
  }
  const tags = new Map<string, string[]>();
  for (const { image_id, tag } of await db
    .selectFrom("image_tags")
    .selectAll()
    .where("image_id", "in", ids)
    .orderBy("tag")
    .execute()) {
    tags.set(image_id, [...(tags.get(image_id) ?? []), tag]);
  }
  return rows.map((row) => imageOf(row, properties.get(row.id) ?? {}, tags.get(row.id) ?? []));
}

export async function imageInsert(tx: Tx, image: Image): Promise<void> {
  await tx.insertInto("image_images").values(rowOf(image)).execute();
  await partsInsert(tx, image);
}

/** Writes the whole image, with its properties and tags. */
export async function imageUpdate(tx: Tx, image: Image): Promise<void> {
  const { id, ...columns } = rowOf(image);
  await tx.updateTable("image_images").set(columns).where("id", "=", id).execute();
  await tx.deleteFrom("image_properties").where("image_id", "=", id).execute();
  await tx.deleteFrom("image_tags").where("image_id", "=", id).execute();
  await partsInsert(tx, image);
}

async function partsInsert(tx: Tx, image: Image): Promise<void> {
  const properties = Object.entries(image.properties).map(([name, value]) => ({
    image_id: image.id,
    name,
    value,
  }));
  if (properties.length > 0) await tx.insertInto("image_properties").values(properties).execute();
  const tags = image.tags.map((tag) => ({ image_id: image.id, tag }));
  if (tags.length > 0) await tx.insertInto("image_tags").values(tags).execute();
}

export async function imageDelete(tx: Tx, imageId: string): Promise<void> {
  await tx.deleteFrom("image_images").where("id", "=", imageId).execute();
}

/** Uploads that a stopped process left behind go back to where they began; returns how many. */
export async function imageUploadsReset(tx: Tx, now: number): Promise<number> {
  const result = await tx
    .updateTable("image_images")
    .set({ status: "queued", data_id: null, updated_at: now })
    .where("status", "=", "saving")
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** The files that belong to an image, by image and data id. */
export async function imageDataList(db: Db): Promise<readonly { imageId: string; dataId: string }[]> {
  const rows = await db
    .selectFrom("image_images")
    .select(["id", "data_id"])
    .where("data_id", "is not", null)
    .execute();
  return rows.flatMap((row) => (row.data_id === null ? [] : [{ imageId: row.id, dataId: row.data_id }]));
}
