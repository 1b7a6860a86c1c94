import type { Db, Tx } from "#db/index.ts";
import type { FederatedUser } from "../domain/federation.ts";

declare module "#db/tables.ts" {
  interface Tables {
    identity_federated_users: {
      provider_id: string;
      protocol_id: string;
      unique_id: string;
      user_id: string;
    };
  }
}

export interface FederatedUserFilter {
  readonly providerId?: string | undefined;
  readonly protocolId?: string | undefined;
  readonly uniqueId?: string | undefined;
  readonly userId?: string | undefined;
}

export async function federatedUserList(db: Db, filter: FederatedUserFilter): Promise<FederatedUser[]> {
  const { providerId, protocolId, uniqueId, userId } = filter;
  let query = db.selectFrom("identity_federated_users").selectAll();
  if (providerId !== undefined) query = query.where("provider_id", "=", providerId);
  if (protocolId !== undefined) query = query.where("protocol_id", "=", protocolId);
  if (uniqueId !== undefined) query = query.where("unique_id", "=", uniqueId);
  if (userId !== undefined) query = query.where("user_id", "=", userId);
  const rows = await query.orderBy("provider_id").orderBy("protocol_id").orderBy("unique_id").execute();
  return rows.map((row) => ({
    providerId: row.provider_id,
    protocolId: row.protocol_id,
    uniqueId: row.unique_id,
    userId: row.user_id,
  }));
}

export async function federatedUserInsert(tx: Tx, user: FederatedUser): Promise<void> {
  await tx
    .insertInto("identity_federated_users")
    .values({
      provider_id: user.providerId,
      protocol_id: user.protocolId,
      unique_id: user.uniqueId,
      user_id: user.userId,
    })
    .execute();
}
