import type { ListedEndpoint } from "../../app/catalog.ts";
import type { IdentityCtx } from "../../app/context.ts";
import type { CatalogService } from "../../domain/catalog.ts";
import { selfLink } from "../links.ts";

export function serviceView(ctx: IdentityCtx, { id, type, name }: CatalogService): object {
  return { id, type, name, enabled: true, links: selfLink(ctx, `services/${id}`) };
}

export function endpointView(ctx: IdentityCtx, endpoint: ListedEndpoint): object {
  const { id, region, url, serviceId } = endpoint;
  return {
    id,
    interface: endpoint.interface,
    region,
    region_id: region,
    service_id: serviceId,
    url,
    enabled: true,
    links: selfLink(ctx, `endpoints/${id}`),
  };
}

export function regionView(ctx: IdentityCtx, id: string): object {
  return { id, description: "", parent_region_id: null, links: selfLink(ctx, `regions/${id}`) };
}
