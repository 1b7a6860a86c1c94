import type { Db, Tx } from "#db/index.ts";

export interface FlavorAccessRow {
  flavor_id: string;
  project_id: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_flavor_access: FlavorAccessRow;
  }
}

/** The projects that see a flavor which is not public. */
export async function flavorAccessProjects(db: Db, flavorId: string): Promise<string[]> {
  const rows = await db
    .selectFrom("compute_flavor_access")
    .select("project_id")
    .where("flavor_id", "=", flavorId)
    .orderBy("project_id")
    .execute();
  return rows.map((row) => row.project_id);
}

export async function flavorAccessFlavors(db: Db, projectId: string): Promise<Set<string>> {
  const rows = await db
    .selectFrom("compute_flavor_access")
    .select("flavor_id")
    .where("project_id", "=", projectId)
    .execute();
  return new Set(rows.map((row) => row.flavor_id));
}

export async function flavorAccessInsert(tx: Tx, access: Readonly<FlavorAccessRow>): Promise<void> {
  await tx.insertInto("compute_flavor_access").values(access).execute();
}

/** Of one project, or of all when none is named. */
export async function flavorAccessDelete(tx: Tx, flavorId: string, projectId?: string): Promise<void> {
  const rows = tx.deleteFrom("compute_flavor_access").where("flavor_id", "=", flavorId);
  await (projectId === undefined ? rows : rows.where("project_id", "=", projectId)).execute();
}
