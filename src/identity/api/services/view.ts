import type { IdentityCtx } from "../../app/context.ts";
import type { CatalogEntry } from "../../domain/catalog.ts";
import { selfLink } from "../links.ts";

export function serviceView(ctx: IdentityCtx, service: CatalogEntry): object {
  return {
    ...service.extra,
    id: service.id,
    type: service.type,
    ...(service.name === undefined ? {} : { name: service.name }),
    description: service.description,
    enabled: service.enabled,
    links: selfLink(ctx, `services/${service.id}`),
  };
}
