import type { IdentityCtx } from "../../app/context.ts";
import type { Limit } from "../../domain/limit.ts";
import { selfLink } from "../links.ts";

export function limitView(ctx: IdentityCtx, limit: Limit): object {
  return {
    id: limit.id,
    project_id: limit.projectId ?? null,
    domain_id: limit.domainId ?? null,
    service_id: limit.registered.serviceId,
    region_id: limit.registered.regionId ?? null,
    resource_name: limit.registered.resourceName,
    resource_limit: limit.resourceLimit,
    description: limit.description ?? null,
    links: selfLink(ctx, `limits/${limit.id}`),
  };
}
