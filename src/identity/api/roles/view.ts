import type { IdentityCtx } from "../../app/context.ts";
import type { Role } from "../../domain/resources.ts";
import { selfLink } from "../links.ts";

export function roleView(ctx: IdentityCtx, role: Role): object {
  return {
    ...role.extra,
    id: role.id,
    name: role.name,
    domain_id: role.domainId ?? null,
    description: role.description ?? null,
    options: role.immutable ? { immutable: true } : {},
    links: selfLink(ctx, `roles/${role.id}`),
  };
}
