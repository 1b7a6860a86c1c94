import type { Db, Tx } from "#db/index.ts";
import { masterKeyRequire } from "./master-keys.ts";

export interface ProjectKeyRow {
  readonly id: string;
  readonly project_id: string;
  /** 1, and one more at each rotation; the highest seals new payloads. */
  readonly generation: number;
  readonly master_key_id: string;
  readonly wrapped_key: string;
  readonly created_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    key_manager_project_keys: ProjectKeyRow;
  }
}

export async function projectIdsWithKeys(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom("key_manager_project_keys")
    .select("project_id")
    .distinct()
    .orderBy("project_id")
    .execute();
  return rows.map(({ project_id: id }) => id);
}

/** The key that seals the project's new payloads. */
export async function projectKeyFindCurrent(db: Db, projectId: string): Promise<ProjectKeyRow | undefined> {
  return db
    .selectFrom("key_manager_project_keys")
    .selectAll()
    .where("project_id", "=", projectId)
    .orderBy("generation", "desc")
    .limit(1)
    .executeTakeFirst();
}

export async function projectKeyFind(db: Db, id: string): Promise<ProjectKeyRow | undefined> {
  return db.selectFrom("key_manager_project_keys").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Does nothing when this generation of the project's key is there already. Throws as `masterKeyRequire`. */
export async function projectKeyInsertIfAbsent(tx: Tx, row: ProjectKeyRow): Promise<void> {
  await masterKeyRequire(tx, row.master_key_id);
  await tx
    .insertInto("key_manager_project_keys")
    .values(row)
    .onConflict((conflict) => conflict.columns(["project_id", "generation"]).doNothing())
    .execute();
}
