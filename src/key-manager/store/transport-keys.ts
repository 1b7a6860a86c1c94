import type { Db, Tx } from "#db/index.ts";
import type { Listed, Page } from "../domain/page.ts";
import type { TransportKey } from "../domain/transport-key.ts";

interface TransportKeyRow {
  readonly id: string;
  readonly plugin_name: string;
  readonly transport_key: string;
  readonly created_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    key_manager_transport_keys: TransportKeyRow;
  }
}

export async function transportKeyInsert(tx: Tx, key: TransportKey): Promise<void> {
  await tx
    .insertInto("key_manager_transport_keys")
    .values({
      id: key.id,
      plugin_name: key.pluginName,
      transport_key: key.transportKey,
      created_at: key.createdAt,
    })
    .execute();
}

export async function transportKeyFind(db: Db, id: string): Promise<TransportKey | undefined> {
  const row = await db
    .selectFrom("key_manager_transport_keys")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row && fromRow(row);
}

/** Of one plug-in, or all; the oldest first. */
export async function transportKeyList(
  db: Db,
  pluginName: string | undefined,
  page: Page,
): Promise<Listed<TransportKey>> {
  let matching = db.selectFrom("key_manager_transport_keys");
  if (pluginName !== undefined) matching = matching.where("plugin_name", "=", pluginName);
  const { total } = await matching
    .select((select) => select.fn.countAll<number | string | bigint>().as("total"))
    .executeTakeFirstOrThrow();
  const rows = await matching
    .selectAll()
    .orderBy("created_at")
    .orderBy("id")
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  return { items: rows.map(fromRow), total: Number(total) };
}

/** False when there was nothing to delete. */
export async function transportKeyDelete(tx: Tx, id: string): Promise<boolean> {
  const result = await tx.deleteFrom("key_manager_transport_keys").where("id", "=", id).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

function fromRow(row: TransportKeyRow): TransportKey {
  return {
    id: row.id,
    pluginName: row.plugin_name,
    transportKey: row.transport_key,
    createdAt: row.created_at,
  };
}
