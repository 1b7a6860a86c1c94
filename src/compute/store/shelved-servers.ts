import type { Db, Tx } from "#db/index.ts";
import type { ImageFile } from "../domain/server.ts";

interface ShelvedServerRow {
  server_id: string;
  /** ImageFile as JSON. */
  image: string;
  shelved_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_shelved_servers: ShelvedServerRow;
  }
}

/** The image that a shelved server's disk is in; undefined for a server that is not shelved. */
export async function shelvedImageFind(db: Db, serverId: string): Promise<ImageFile | undefined> {
  const row = await db
    .selectFrom("compute_shelved_servers")
    .select("image")
    .where("server_id", "=", serverId)
    .executeTakeFirst();
  return row && (JSON.parse(row.image) as ImageFile);
}

/** Ids of servers that are shelved since then, or longer. */
export async function shelvedBefore(db: Db, at: number): Promise<string[]> {
  const rows = await db
    .selectFrom("compute_shelved_servers")
    .select("server_id")
    .where("shelved_at", "<=", at)
    .orderBy("shelved_at")
    .execute();
  return rows.map(({ server_id: id }) => id);
}

export async function shelvedServerSet(
  tx: Tx,
  serverId: string,
  { image, at }: { readonly image: ImageFile; readonly at: number },
): Promise<void> {
  const values = { image: JSON.stringify(image), shelved_at: at };
  await tx
    .insertInto("compute_shelved_servers")
    .values({ server_id: serverId, ...values })
    .onConflict((conflict) => conflict.column("server_id").doUpdateSet(values))
    .execute();
}

export async function shelvedServerDelete(tx: Tx, serverId: string): Promise<void> {
  await tx.deleteFrom("compute_shelved_servers").where("server_id", "=", serverId).execute();
}
