import type { IdentityCtx } from "../../app/context.ts";
import type { ImpliedRole, ImpliedRoles } from "../../app/implication.ts";
import type { Role } from "../../domain/resources.ts";
import { selfLink } from "../links.ts";

function inferredRole(ctx: IdentityCtx, { id, name }: Role): object {
  return { id, name, links: selfLink(ctx, `roles/${id}`) };
}

export function inferenceView(ctx: IdentityCtx, { prior, implied }: ImpliedRole): object {
  return {
    role_inference: { prior_role: inferredRole(ctx, prior), implies: inferredRole(ctx, implied) },
    links: selfLink(ctx, `roles/${prior.id}/implies/${implied.id}`),
  };
}

export function impliedRolesView(ctx: IdentityCtx, { prior, implied }: ImpliedRoles): object {
  return {
    prior_role: inferredRole(ctx, prior),
    implies: implied.map((role) => inferredRole(ctx, role)),
  };
}
