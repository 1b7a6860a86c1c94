import type { Db, Tx } from "#db/index.ts";

interface HostBootStartRow {
  server_id: string;
  host_id: string;
  told: string | null;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_host_boot_starts: HostBootStartRow;
  }
}

/** A server that ran when the agent of its host ended. */
export interface HostBootStart {
  readonly serverId: string;
  readonly hostId: string;
  /** Why the cloud did not start it again, as its owner was told; undefined: it is to be looked at. */
  readonly told: string | undefined;
}

export async function hostBootStartList(db: Db): Promise<HostBootStart[]> {
  const rows = await db.selectFrom("compute_host_boot_starts").selectAll().orderBy("server_id").execute();
  return rows.map(fromRow);
}

export async function hostBootStartFind(db: Db, serverId: string): Promise<HostBootStart | undefined> {
  const row = await db
    .selectFrom("compute_host_boot_starts")
    .selectAll()
    .where("server_id", "=", serverId)
    .executeTakeFirst();
  return row && fromRow(row);
}

/** What an owner was told before is of an earlier boot. */
export async function hostBootStartInsert(
  tx: Tx,
  hostId: string,
  serverIds: readonly string[],
): Promise<void> {
  for (const serverId of serverIds) {
    await tx
      .insertInto("compute_host_boot_starts")
      .values({ server_id: serverId, host_id: hostId, told: null })
      .onConflict((conflict) => conflict.column("server_id").doUpdateSet({ host_id: hostId, told: null }))
      .execute();
  }
}

export async function hostBootStartTell(tx: Tx, serverId: string, told: string): Promise<void> {
  await tx.updateTable("compute_host_boot_starts").set({ told }).where("server_id", "=", serverId).execute();
}

export async function hostBootStartDelete(tx: Tx, serverId: string): Promise<void> {
  await tx.deleteFrom("compute_host_boot_starts").where("server_id", "=", serverId).execute();
}

function fromRow({ server_id: serverId, host_id: hostId, told }: HostBootStartRow): HostBootStart {
  return { serverId, hostId, told: told ?? undefined };
}
