import type { Db } from "#db/index.ts";
import type { ServiceProvider } from "../domain/federation.ts";
import {
  serviceProviderDelete as rowDelete,
  serviceProviderFind,
  serviceProviderInsert,
  serviceProviderList as rowList,
  serviceProviderUpdate as rowUpdate,
  type ServiceProviderFilter,
} from "../store/service-providers.ts";
import type { IdentityCtx } from "./context.ts";
import { conflict, notFound } from "./failures.ts";

/** Keystone's `[saml] relay_state_prefix`. */
const defaultRelayStatePrefix = "ss:mem:";

export interface ServiceProviderChange {
  readonly authUrl?: string | undefined;
  readonly spUrl?: string | undefined;
  readonly enabled?: boolean | undefined;
  /** `null`: none. */
  readonly description?: string | null | undefined;
  readonly relayStatePrefix?: string | undefined;
}

export async function serviceProviderFetch(db: Db, id: string): Promise<ServiceProvider> {
  const provider = await serviceProviderFind(db, id);
  if (!provider) throw notFound("Service Provider", id);
  return provider;
}

export function serviceProviderList(
  ctx: IdentityCtx,
  filter: ServiceProviderFilter,
): Promise<ServiceProvider[]> {
  return rowList(ctx.deps.database.db, filter);
}

export async function serviceProviderCreate(
  ctx: IdentityCtx,
  id: string,
  input: ServiceProviderChange & { readonly authUrl: string; readonly spUrl: string },
): Promise<ServiceProvider> {
  const { authUrl, spUrl, enabled = false, relayStatePrefix = defaultRelayStatePrefix } = input;
  const description = input.description ?? undefined;
  const provider = { id, authUrl, spUrl, enabled, description, relayStatePrefix };
  return ctx.deps.database.transaction(async (tx) => {
    if (await serviceProviderFind(tx, id))
      throw conflict("service_provider", `Duplicate entry found with ID ${id}`);
    await serviceProviderInsert(tx, provider);
    return provider;
  });
}

export async function serviceProviderUpdate(
  ctx: IdentityCtx,
  id: string,
  change: ServiceProviderChange,
): Promise<ServiceProvider> {
  return ctx.deps.database.transaction(async (tx) => {
    const old = await serviceProviderFetch(tx, id);
    const { description = old.description } = change;
    const provider = {
      id,
      authUrl: change.authUrl ?? old.authUrl,
      spUrl: change.spUrl ?? old.spUrl,
      enabled: change.enabled ?? old.enabled,
      description: description ?? undefined,
      relayStatePrefix: change.relayStatePrefix ?? old.relayStatePrefix,
    };
    await rowUpdate(tx, provider);
    return provider;
  });
}

export async function serviceProviderDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await serviceProviderFetch(tx, id);
    await rowDelete(tx, id);
  });
}
