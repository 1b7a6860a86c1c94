import type { Generated } from "kysely";
import type { Db, Tx } from "#db/index.ts";

declare module "#db/tables.ts" {
  interface Tables {
    /** Ids of the services and endpoints that the configuration has given to the catalogue, and the address it gave last. */
    identity_catalog_seeds: { id: string; url: Generated<string> };
  }
}

/** True the first time only: what is changed or deleted later stays so. */
export async function catalogSeedEnsure(tx: Tx, id: string, url = ""): Promise<boolean> {
  if ((await catalogSeedUrl(tx, id)) !== undefined) return false;
  await tx.insertInto("identity_catalog_seeds").values({ id, url }).execute();
  return true;
}

/** The address that the endpoint was given last; undefined: none yet. */
export async function catalogSeedUrl(db: Db, id: string): Promise<string | undefined> {
  const found = await db
    .selectFrom("identity_catalog_seeds")
    .select("url")
    .where("id", "=", id)
    .executeTakeFirst();
  return found?.url;
}

export async function catalogSeedChange(tx: Tx, id: string, url: string): Promise<void> {
  await tx.updateTable("identity_catalog_seeds").set({ url }).where("id", "=", id).execute();
}
