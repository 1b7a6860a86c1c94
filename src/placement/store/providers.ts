import type { Db, Tx } from "#db/index.ts";
import type { Provider } from "../domain/provider.ts";
import { changeMark, providerMarkDeleted } from "./changed.ts";
import type { ProviderRow } from "./tables.ts";

export function providerFromRow(row: ProviderRow): Provider {
  return {
    uuid: row.uuid,
    name: row.name,
    generation: row.generation,
    parentUuid: row.parent_uuid ?? undefined,
    rootUuid: row.root_uuid,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
  };
}

export async function providerFind(db: Db, uuid: string): Promise<Provider | undefined> {
  const row = await db
    .selectFrom("placement_providers")
    .selectAll()
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return row && providerFromRow(row);
}

export async function providerFindByName(db: Db, name: string): Promise<Provider | undefined> {
  const row = await db
    .selectFrom("placement_providers")
    .selectAll()
    .where("name", "=", name)
    .executeTakeFirst();
  return row && providerFromRow(row);
}

export async function providerListOfTrees(db: Db, rootUuids: readonly string[]): Promise<Provider[]> {
  if (rootUuids.length === 0) return [];
  const rows = await db
    .selectFrom("placement_providers")
    .selectAll()
    .where("root_uuid", "in", rootUuids)
    .orderBy("name")
    .execute();
  return rows.map(providerFromRow);
}

export async function providerHasChildren(db: Db, uuid: string): Promise<boolean> {
  const row = await db
    .selectFrom("placement_providers")
    .select("uuid")
    .where("parent_uuid", "=", uuid)
    .executeTakeFirst();
  return row !== undefined;
}

export async function providerInsert(tx: Tx, provider: Provider): Promise<void> {
  await tx
    .insertInto("placement_providers")
    .values({
      uuid: provider.uuid,
      name: provider.name,
      generation: provider.generation,
      parent_uuid: provider.parentUuid ?? null,
      root_uuid: provider.rootUuid,
      created_at: provider.createdAtMs,
      updated_at: provider.updatedAtMs,
      changed: changeMark(tx),
    })
    .execute();
}

/** Names and moves do not count as a new generation (ResourceProvider.save). */
export async function providerUpdate(
  tx: Tx,
  uuid: string,
  change: { name: string; parentUuid: string | undefined; nowMs: number },
): Promise<void> {
  await tx
    .updateTable("placement_providers")
    .set({
      name: change.name,
      parent_uuid: change.parentUuid ?? null,
      updated_at: change.nowMs,
      changed: changeMark(tx),
    })
    .where("uuid", "=", uuid)
    .execute();
}

export async function providerSetRoot(tx: Tx, uuids: readonly string[], rootUuid: string): Promise<void> {
  await tx
    .updateTable("placement_providers")
    .set({ root_uuid: rootUuid, changed: changeMark(tx) })
    .where("uuid", "in", uuids)
    .execute();
}

/** False when the provider is no longer of `generation`: then nothing is changed. */
export async function providerAdvance(
  tx: Tx,
  provider: { readonly uuid: string; readonly generation: number },
  nowMs: number,
): Promise<boolean> {
  const result = await tx
    .updateTable("placement_providers")
    .set({ generation: provider.generation + 1, updated_at: nowMs, changed: changeMark(tx) })
    .where("uuid", "=", provider.uuid)
    .where("generation", "=", provider.generation)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Deletes it with its inventories, traits and aggregates; it must have neither children nor allocations. */
export async function providerDelete(tx: Tx, uuid: string): Promise<void> {
  await tx.deleteFrom("placement_inventories").where("provider_uuid", "=", uuid).execute();
  await tx.deleteFrom("placement_provider_traits").where("provider_uuid", "=", uuid).execute();
  await tx.deleteFrom("placement_provider_aggregates").where("provider_uuid", "=", uuid).execute();
  // Before the row goes: the mark is greater than that of any row there is.
  await providerMarkDeleted(tx, uuid);
  await tx.deleteFrom("placement_providers").where("uuid", "=", uuid).execute();
}
