import type { Db, Tx } from "#db/index.ts";
import type { FederationProtocol } from "../domain/federation.ts";

interface ProtocolRow {
  id: string;
  provider_id: string;
  mapping_id: string;
  remote_id_attribute: string | null;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_protocols: ProtocolRow;
  }
}

export async function protocolFind(
  db: Db,
  providerId: string,
  id: string,
): Promise<FederationProtocol | undefined> {
  return (await protocolList(db, providerId)).find((protocol) => protocol.id === id);
}

export async function protocolList(db: Db, providerId: string): Promise<FederationProtocol[]> {
  const rows = await db
    .selectFrom("identity_protocols")
    .selectAll()
    .where("provider_id", "=", providerId)
    .orderBy("id")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    providerId: row.provider_id,
    mappingId: row.mapping_id,
    remoteIdAttribute: row.remote_id_attribute ?? undefined,
  }));
}

export async function protocolInsert(tx: Tx, protocol: FederationProtocol): Promise<void> {
  await tx
    .insertInto("identity_protocols")
    .values({ id: protocol.id, provider_id: protocol.providerId, ...changeable(protocol) })
    .execute();
}

export async function protocolUpdate(tx: Tx, protocol: FederationProtocol): Promise<void> {
  await tx
    .updateTable("identity_protocols")
    .set(changeable(protocol))
    .where("provider_id", "=", protocol.providerId)
    .where("id", "=", protocol.id)
    .execute();
}

/** With what ties users to it. */
export async function protocolDelete(tx: Tx, providerId: string, id: string): Promise<void> {
  await tx
    .deleteFrom("identity_protocols")
    .where("provider_id", "=", providerId)
    .where("id", "=", id)
    .execute();
}

function changeable({ mappingId, remoteIdAttribute }: FederationProtocol) {
  return { mapping_id: mappingId, remote_id_attribute: remoteIdAttribute ?? null };
}
