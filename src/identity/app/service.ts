import { newHexId } from "#base/ids.ts";
import type { Db } from "#db/index.ts";
import type { CatalogEntry } from "../domain/catalog.ts";
import type { Extra } from "../domain/resources.ts";
import { endpointList } from "../store/endpoints.ts";
import {
  serviceDelete as rowDelete,
  serviceFind,
  serviceInsert,
  serviceList as rowList,
  serviceUpdate as rowUpdate,
  type ServiceFilter,
} from "../store/services.ts";
import type { IdentityCtx } from "./context.ts";
import { endpointErase } from "./endpoint.ts";
import { notFound } from "./failures.ts";

export interface ServiceChange {
  readonly type?: string | undefined;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly extra: Extra;
}

export async function serviceFetch(db: Db, id: string): Promise<CatalogEntry> {
  const service = await serviceFind(db, id);
  if (!service) throw notFound("service", id);
  return service;
}

export function serviceList(ctx: IdentityCtx, filter: ServiceFilter): Promise<CatalogEntry[]> {
  return rowList(ctx.deps.database.db, filter);
}

export async function serviceCreate(
  ctx: IdentityCtx,
  input: ServiceChange & { readonly type: string },
): Promise<CatalogEntry> {
  const { type, name, description = "", enabled = true, extra } = input;
  const service = { id: newHexId(), type, name, description, enabled, extra };
  await ctx.deps.database.transaction((tx) => serviceInsert(tx, service));
  return service;
}

export async function serviceUpdate(
  ctx: IdentityCtx,
  id: string,
  change: ServiceChange,
): Promise<CatalogEntry> {
  return ctx.deps.database.transaction(async (tx) => {
    const old = await serviceFetch(tx, id);
    const service: CatalogEntry = {
      id,
      type: change.type ?? old.type,
      name: change.name ?? old.name,
      description: change.description ?? old.description,
      enabled: change.enabled ?? old.enabled,
      extra: { ...old.extra, ...change.extra },
    };
    await rowUpdate(tx, service);
    return service;
  });
}

/** With its endpoints. */
export async function serviceDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await serviceFetch(tx, id);
    for (const endpoint of await endpointList(tx, { serviceId: id })) await endpointErase(tx, endpoint.id);
    await rowDelete(tx, id);
  });
}
