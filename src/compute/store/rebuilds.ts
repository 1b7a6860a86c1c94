import type { Db, Tx } from "#db/index.ts";
import type { RebuiltFields, VmState } from "../domain/server.ts";

interface RebuildRow {
  server_id: string;
  /** What the server was, as JSON: `RebuiltFields` with its state. */
  old: string;
  /** What it is to be. */
  new: string;
  committed: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_rebuilds: RebuildRow;
  }
}

/** A rebuild that has not ended; it goes with the server. */
export interface Rebuild {
  readonly old: RebuiltFields & { readonly vmState: VmState };
  readonly new: RebuiltFields;
  /** The new server is complete: from now on nothing brings the old one back. */
  readonly committed: boolean;
}

export async function rebuildFind(db: Db, serverId: string): Promise<Rebuild | undefined> {
  const row = await db
    .selectFrom("compute_rebuilds")
    .selectAll()
    .where("server_id", "=", serverId)
    .executeTakeFirst();
  return (
    row && {
      old: JSON.parse(row.old) as Rebuild["old"],
      new: JSON.parse(row.new) as Rebuild["new"],
      committed: row.committed === 1,
    }
  );
}

/** Instead of what a rebuild that ended half-way may have left. */
export async function rebuildInsert(
  tx: Tx,
  serverId: string,
  rebuild: Omit<Rebuild, "committed">,
): Promise<void> {
  await rebuildDelete(tx, serverId);
  const values = { old: JSON.stringify(rebuild.old), new: JSON.stringify(rebuild.new), committed: 0 };
  await tx
    .insertInto("compute_rebuilds")
    .values({ server_id: serverId, ...values })
    .execute();
}

export async function rebuildCommit(tx: Tx, serverId: string): Promise<void> {
  await tx.updateTable("compute_rebuilds").set({ committed: 1 }).where("server_id", "=", serverId).execute();
}

export async function rebuildDelete(tx: Tx, serverId: string): Promise<void> {
  await tx.deleteFrom("compute_rebuilds").where("server_id", "=", serverId).execute();
}
