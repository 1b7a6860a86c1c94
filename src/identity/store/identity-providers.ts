import type { Db, Tx } from "#db/index.ts";
import type { IdentityProvider } from "../domain/federation.ts";

interface ProviderRow {
  id: string;
  domain_id: string;
  enabled: number;
  description: string | null;
  /** Minutes. */
  authorization_ttl: number | null;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_providers: ProviderRow;
    identity_provider_remote_ids: { remote_id: string; provider_id: string };
  }
}

export interface IdentityProviderFilter {
  readonly id?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly domainId?: string | undefined;
}

export async function identityProviderFind(db: Db, id: string): Promise<IdentityProvider | undefined> {
  const [found] = await identityProviderList(db, { id });
  return found;
}

export async function identityProviderList(
  db: Db,
  { id, enabled, domainId }: IdentityProviderFilter,
): Promise<IdentityProvider[]> {
  let query = db.selectFrom("identity_providers").selectAll().orderBy("id");
  if (id !== undefined) query = query.where("id", "=", id);
  if (enabled !== undefined) query = query.where("enabled", "=", Number(enabled));
  if (domainId !== undefined) query = query.where("domain_id", "=", domainId);
  const rows = await query.execute();
  const remoteIds = await db
    .selectFrom("identity_provider_remote_ids")
    .selectAll()
    .orderBy("remote_id")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    domainId: row.domain_id,
    enabled: row.enabled !== 0,
    description: row.description ?? undefined,
    authorizationTtl: row.authorization_ttl ?? undefined,
    remoteIds: remoteIds.filter((one) => one.provider_id === row.id).map((one) => one.remote_id),
  }));
}

/** The first of these that another provider has. */
export async function remoteIdTaken(
  db: Db,
  { id, remoteIds }: Pick<IdentityProvider, "id" | "remoteIds">,
): Promise<string | undefined> {
  if (remoteIds.length === 0) return undefined;
  const row = await db
    .selectFrom("identity_provider_remote_ids")
    .select("remote_id")
    .where("remote_id", "in", remoteIds)
    .where("provider_id", "!=", id)
    .orderBy("remote_id")
    .executeTakeFirst();
  return row?.remote_id;
}

export async function identityProviderInsert(tx: Tx, provider: IdentityProvider): Promise<void> {
  await tx.insertInto("identity_providers").values(toRow(provider)).execute();
  await remoteIdsInsert(tx, provider);
}

export async function identityProviderUpdate(tx: Tx, provider: IdentityProvider): Promise<void> {
  const { id, ...changed } = toRow(provider);
  await tx.updateTable("identity_providers").set(changed).where("id", "=", id).execute();
  await tx.deleteFrom("identity_provider_remote_ids").where("provider_id", "=", id).execute();
  await remoteIdsInsert(tx, provider);
}

/** With its protocols, and what ties users to them. */
export async function identityProviderDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_providers").where("id", "=", id).execute();
}

async function remoteIdsInsert(tx: Tx, { id, remoteIds }: IdentityProvider): Promise<void> {
  if (remoteIds.length === 0) return;
  const rows = remoteIds.map((remoteId) => ({ remote_id: remoteId, provider_id: id }));
  await tx.insertInto("identity_provider_remote_ids").values(rows).execute();
}

function toRow(provider: IdentityProvider): ProviderRow {
  return {
    id: provider.id,
    domain_id: provider.domainId,
    enabled: Number(provider.enabled),
    description: provider.description ?? null,
    authorization_ttl: provider.authorizationTtl ?? null,
  };
}
