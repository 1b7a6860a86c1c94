import type { CatalogEndpoint, CatalogService } from "../domain/catalog.ts";
import type { IdentityCtx } from "./context.ts";
import { forbidden, notFound } from "./failures.ts";

export type ListedEndpoint = CatalogEndpoint & { readonly serviceId: string };

export function catalogFetch(ctx: IdentityCtx): readonly CatalogService[] {
  if (ctx.caller.projectId === undefined) {
    throw forbidden("A project-scoped token is required to produce a service catalog.");
  }
  return ctx.deps.catalog();
}

export function serviceList(
  ctx: IdentityCtx,
  filter: { readonly type?: string | undefined; readonly name?: string | undefined } = {},
): readonly CatalogService[] {
  const { type, name } = filter;
  return ctx.deps
    .catalog()
    .filter((one) => (type === undefined || one.type === type) && (name === undefined || one.name === name));
}

export function serviceFetch(ctx: IdentityCtx, id: string): CatalogService {
  const found = serviceList(ctx).find((one) => one.id === id);
  if (!found) throw notFound("service", id);
  return found;
}

export interface EndpointFilter {
  readonly interface?: string | undefined;
  readonly serviceId?: string | undefined;
  readonly region?: string | undefined;
}

export function endpointList(ctx: IdentityCtx, filter: EndpointFilter = {}): readonly ListedEndpoint[] {
  const { serviceId, region } = filter;
  return ctx.deps
    .catalog()
    .flatMap(({ id, endpoints }) => endpoints.map((endpoint) => ({ ...endpoint, serviceId: id })))
    .filter((one) => filter.interface === undefined || one.interface === filter.interface)
    .filter((one) => serviceId === undefined || one.serviceId === serviceId)
    .filter((one) => region === undefined || one.region === region);
}

export function endpointFetch(ctx: IdentityCtx, id: string): ListedEndpoint {
  const found = endpointList(ctx).find((one) => one.id === id);
  if (!found) throw notFound("endpoint", id);
  return found;
}

export function regionList(ctx: IdentityCtx): readonly string[] {
  return [...new Set(endpointList(ctx).map(({ region }) => region))].sort();
}

export function regionFetch(ctx: IdentityCtx, id: string): string {
  if (!regionList(ctx).includes(id)) throw notFound("region", id);
  return id;
}
