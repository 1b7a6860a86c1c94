import type { Db, Tx } from "#db/index.ts";
import type { ServiceProvider, ServiceProviderRef } from "../domain/federation.ts";

interface ServiceProviderRow {
  id: string;
  auth_url: string;
  sp_url: string;
  enabled: number;
  description: string | null;
  relay_state_prefix: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_service_providers: ServiceProviderRow;
  }
}

export interface ServiceProviderFilter {
  readonly id?: string | undefined;
  readonly enabled?: boolean | undefined;
}

export async function serviceProviderFind(db: Db, id: string): Promise<ServiceProvider | undefined> {
  const [found] = await serviceProviderList(db, { id });
  return found;
}

export async function serviceProviderList(
  db: Db,
  { id, enabled }: ServiceProviderFilter,
): Promise<ServiceProvider[]> {
  let query = db.selectFrom("identity_service_providers").selectAll().orderBy("id");
  if (id !== undefined) query = query.where("id", "=", id);
  if (enabled !== undefined) query = query.where("enabled", "=", Number(enabled));
  return (await query.execute()).map(fromRow);
}

/** The enabled ones, as tokens show them. */
export async function serviceProviderRefs(db: Db): Promise<ServiceProviderRef[]> {
  const enabled = await serviceProviderList(db, { enabled: true });
  return enabled.map(({ id, authUrl, spUrl }) => ({ id, auth_url: authUrl, sp_url: spUrl }));
}

export async function serviceProviderInsert(tx: Tx, provider: ServiceProvider): Promise<void> {
  await tx.insertInto("identity_service_providers").values(toRow(provider)).execute();
}

export async function serviceProviderUpdate(tx: Tx, provider: ServiceProvider): Promise<void> {
  const { id, ...changed } = toRow(provider);
  await tx.updateTable("identity_service_providers").set(changed).where("id", "=", id).execute();
}

export async function serviceProviderDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_service_providers").where("id", "=", id).execute();
}

function fromRow(row: ServiceProviderRow): ServiceProvider {
  return {
    id: row.id,
    authUrl: row.auth_url,
    spUrl: row.sp_url,
    enabled: row.enabled !== 0,
    description: row.description ?? undefined,
    relayStatePrefix: row.relay_state_prefix,
  };
}

function toRow(provider: ServiceProvider): ServiceProviderRow {
  return {
    id: provider.id,
    auth_url: provider.authUrl,
    sp_url: provider.spUrl,
    enabled: Number(provider.enabled),
    description: provider.description ?? null,
    relay_state_prefix: provider.relayStatePrefix,
  };
}
