import type { Db, Tx } from "#db/index.ts";
import type { Server } from "../domain/server.ts";
import { serverFromRow, type ServerRow } from "./servers.ts";

interface DeletedServerRow {
  id: string;
  project_id: string;
  /** The server's row as JSON. */
  row: string;
  deleted_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_deleted_servers: DeletedServerRow;
  }
}

/** Deletes the server's row and remembers what it was, for lists of what changed. Nothing when there is none. */
export async function serverBury(tx: Tx, id: string, deletedAt: number): Promise<void> {
  const row = await tx.selectFrom("compute_servers").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) return;
  const { project_id } = row;
  await tx
    .insertInto("compute_deleted_servers")
    .values({ id, project_id, row: JSON.stringify(row), deleted_at: deletedAt })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
  await tx.deleteFrom("compute_servers").where("id", "=", id).execute();
}

/** Those that were deleted at this time or later; of all projects, or of one. */
export async function deletedServerList(
  db: Db,
  { projectId, since }: { readonly projectId: string | undefined; readonly since: number },
): Promise<Server[]> {
  let query = db.selectFrom("compute_deleted_servers").selectAll().where("deleted_at", ">=", since);
  if (projectId !== undefined) query = query.where("project_id", "=", projectId);
  const rows = await query.orderBy("id").execute();
  return rows.map(({ row, deleted_at: deletedAt }) => ({
    ...serverFromRow(JSON.parse(row) as ServerRow),
    vmState: "deleted",
    taskState: undefined,
    powerState: "no-state",
    updatedAt: deletedAt,
    deletedAt,
  }));
}

/** Forgets those that were deleted before. */
export async function deletedServersPrune(tx: Tx, before: number): Promise<void> {
  await tx.deleteFrom("compute_deleted_servers").where("deleted_at", "<", before).execute();
}
