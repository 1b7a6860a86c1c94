import type { IdentityCtx } from "../../app/context.ts";
import type { RegisteredLimit } from "../../domain/limit.ts";
import { selfLink } from "../links.ts";

export function registeredLimitView(ctx: IdentityCtx, limit: RegisteredLimit): object {
  return {
    id: limit.id,
    service_id: limit.serviceId,
    region_id: limit.regionId ?? null,
    resource_name: limit.resourceName,
    default_limit: limit.defaultLimit,
    description: limit.description ?? null,
    links: selfLink(ctx, `registered_limits/${limit.id}`),
  };
}
