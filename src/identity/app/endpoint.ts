import { CloudError } from "#base/errors.ts";
import { newHexId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import { isUrlTemplate, type Endpoint } from "../domain/catalog.ts";
import type { Extra } from "../domain/resources.ts";
import { endpointFilterDelete } from "../store/endpoint-filters.ts";
import {
  endpointDelete as rowDelete,
  endpointFind,
  endpointInsert,
  endpointList as rowList,
  endpointUpdate as rowUpdate,
  type EndpointFilter,
} from "../store/endpoints.ts";
import { regionFind } from "../store/regions.ts";
import { serviceFind } from "../store/services.ts";
import type { IdentityCtx } from "./context.ts";
import { notFound } from "./failures.ts";
import { regionEnsure } from "./region.ts";

export interface EndpointChange {
  readonly serviceId?: string | undefined;
  readonly interface?: Endpoint["interface"] | undefined;
  /** A region that there is; `null`: none. */
  readonly regionId?: string | null | undefined;
  /** Keystone's older attribute: a region that is made when it is not there. */
  readonly region?: string | null | undefined;
  readonly url?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly extra: Extra;
}

export type NewEndpoint = EndpointChange & Pick<Endpoint, "serviceId" | "interface" | "url">;

export async function endpointFetch(db: Db, id: string): Promise<Endpoint> {
  const endpoint = await endpointFind(db, id);
  if (!endpoint) throw notFound("endpoint", id);
  return endpoint;
}

export function endpointList(ctx: IdentityCtx, filter: EndpointFilter): Promise<Endpoint[]> {
  return rowList(ctx.deps.database.db, filter);
}

export async function endpointCreate(ctx: IdentityCtx, input: NewEndpoint): Promise<Endpoint> {
  const { serviceId, url, enabled = true, extra } = input;
  return ctx.deps.database.transaction(async (tx) => {
    const regionId = (await regionOf(tx, input)) ?? undefined;
    const endpoint = {
      id: newHexId(),
      serviceId,
      interface: input.interface,
      regionId,
      url,
      enabled,
      extra,
    };
    await requireParts(tx, endpoint);
    await endpointInsert(tx, endpoint);
    return endpoint;
  });
}

export async function endpointUpdate(
  ctx: IdentityCtx,
  id: string,
  change: EndpointChange,
): Promise<Endpoint> {
  return ctx.deps.database.transaction(async (tx) => {
    const old = await endpointFetch(tx, id);
    const region = await regionOf(tx, change);
    const endpoint: Endpoint = {
      id,
      serviceId: change.serviceId ?? old.serviceId,
      interface: change.interface ?? old.interface,
      regionId: region === undefined ? old.regionId : (region ?? undefined),
      url: change.url ?? old.url,
      enabled: change.enabled ?? old.enabled,
      extra: { ...old.extra, ...change.extra },
    };
    await requireParts(tx, endpoint);
    await rowUpdate(tx, endpoint);
    return endpoint;
  });
}

export async function endpointDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await endpointFetch(tx, id);
    await endpointErase(tx, id);
  });
}

export async function endpointErase(tx: Tx, id: string): Promise<void> {
  await endpointFilterDelete(tx, { kind: "endpoint", targetId: id });
  await rowDelete(tx, id);
}

/** Undefined: the request says nothing of a region. */
async function regionOf(tx: Tx, change: EndpointChange): Promise<string | null | undefined> {
  const { regionId, region } = change;
  if (regionId !== undefined && regionId !== null) {
    if (await regionFind(tx, regionId)) return regionId;
    throw new CloudError("invalid", `Could not find region: ${regionId}. Make it before its endpoints.`);
  }
  if (region === undefined || region === null) return regionId === null ? null : region;
  await regionEnsure(tx, region);
  return region;
}

async function requireParts(db: Db, endpoint: Endpoint): Promise<void> {
  if (!(await serviceFind(db, endpoint.serviceId)))
    throw new CloudError("invalid", `Could not find service: ${endpoint.serviceId}.`);
  if (!isUrlTemplate(endpoint.url))
    throw new CloudError("invalid", `Cannot create an endpoint with an invalid URL: ${endpoint.url}.`);
}
