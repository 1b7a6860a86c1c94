import type { IdentityCtx } from "../../app/context.ts";
import type { Endpoint } from "../../domain/catalog.ts";
import { selfLink } from "../links.ts";

export function endpointView(ctx: IdentityCtx, endpoint: Endpoint): object {
  const region = endpoint.regionId ?? null;
  return {
    ...endpoint.extra,
    id: endpoint.id,
    interface: endpoint.interface,
    region,
    region_id: region,
    service_id: endpoint.serviceId,
    url: endpoint.url,
    enabled: endpoint.enabled,
    links: selfLink(ctx, `endpoints/${endpoint.id}`),
  };
}
