import type { Db, Tx } from "#db/index.ts";
import { changeMark } from "./changed.ts";
import type { CustomNameRow } from "./tables.ts";

/** Custom traits and custom resource classes are stored alike. */
export type CustomNameTable = "placement_traits" | "placement_resource_classes";

export function customNameFind(
  db: Db,
  table: CustomNameTable,
  name: string,
): Promise<CustomNameRow | undefined> {
  return db.selectFrom(table).selectAll().where("name", "=", name).executeTakeFirst();
}

export function customNameList(db: Db, table: CustomNameTable): Promise<CustomNameRow[]> {
  return db.selectFrom(table).selectAll().orderBy("name").execute();
}

export async function customNameInsert(
  tx: Tx,
  table: CustomNameTable,
  name: string,
  nowMs: number,
): Promise<void> {
  await tx.insertInto(table).values({ name, created_at: nowMs }).execute();
}

export async function customNameDelete(tx: Tx, table: CustomNameTable, name: string): Promise<void> {
  await tx.deleteFrom(table).where("name", "=", name).execute();
}

export async function resourceClassInUse(db: Db, name: string): Promise<boolean> {
  const row = await db
    .selectFrom("placement_inventories")
    .select("provider_uuid")
    .where("resource_class", "=", name)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function resourceClassRename(tx: Tx, from: string, to: string): Promise<void> {
  await tx.updateTable("placement_resource_classes").set({ name: to }).where("name", "=", from).execute();
  await tx
    .updateTable("placement_inventories")
    .set({ resource_class: to })
    .where("resource_class", "=", from)
    .execute();
  await tx
    .updateTable("placement_allocations")
    .set({ resource_class: to })
    .where("resource_class", "=", from)
    .execute();
  await tx
    .updateTable("placement_providers")
    .set({ changed: changeMark(tx) })
    .where(
      "uuid",
      "in",
      tx.selectFrom("placement_inventories").select("provider_uuid").where("resource_class", "=", to),
    )
    .execute();
}
