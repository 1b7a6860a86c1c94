import type { Tx } from "#db/index.ts";

declare module "#db/tables.ts" {
  interface Tables {
    /** Ids of the services and endpoints that the configuration has given to the catalogue. */
    identity_catalog_seeds: { id: string };
  }
}

/** True the first time only: what is changed or deleted later stays so. */
export async function catalogSeedEnsure(tx: Tx, id: string): Promise<boolean> {
  const found = await tx
    .selectFrom("identity_catalog_seeds")
    .select("id")
    .where("id", "=", id)
    .executeTakeFirst();
  if (found) return false;
  await tx.insertInto("identity_catalog_seeds").values({ id }).execute();
  return true;
}
