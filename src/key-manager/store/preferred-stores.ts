import type { Db, Tx } from "#db/index.ts";

declare module "#db/tables.ts" {
  interface Tables {
    key_manager_preferred_stores: { readonly project_id: string; readonly store_id: string };
  }
}

/** The id of the project's preferred secret store. */
export async function preferredStoreFind(db: Db, projectId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom("key_manager_preferred_stores")
    .select("store_id")
    .where("project_id", "=", projectId)
    .executeTakeFirst();
  return row?.store_id;
}

export async function preferredStorePut(tx: Tx, projectId: string, storeId: string): Promise<void> {
  const preferred = { store_id: storeId };
  await tx
    .insertInto("key_manager_preferred_stores")
    .values({ project_id: projectId, ...preferred })
    .onConflict((conflict) => conflict.column("project_id").doUpdateSet(preferred))
    .execute();
}

/** False when there was none. */
export async function preferredStoreDelete(tx: Tx, projectId: string): Promise<boolean> {
  const result = await tx
    .deleteFrom("key_manager_preferred_stores")
    .where("project_id", "=", projectId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}
