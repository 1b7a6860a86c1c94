import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { flavorAccessAdd, flavorAccessOf, flavorAccessRemove } from "../../app/flavor-access.ts";

const closed = { additionalProperties: false };
const tenant = Type.Object({ tenant: Type.String({ minLength: 1, maxLength: 255 }) }, closed);

function view(flavorId: string, projects: readonly string[]): object {
  return { flavor_access: projects.map((projectId) => ({ flavor_id: flavorId, tenant_id: projectId })) };
}

/** GET /flavors/{id}/os-flavor-access */
export const flavorAccessList = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const id = params["id"] ?? "";
    return view(id, await flavorAccessOf(ctx, id));
  },
});

/** POST /flavors/{id}/action: addTenantAccess */
export const flavorAccessAddTenant = operation({
  body: Type.Object({ addTenantAccess: tenant }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const id = params["id"] ?? "";
    return view(id, await flavorAccessAdd(ctx, id, body.addTenantAccess.tenant));
  },
});

/** POST /flavors/{id}/action: removeTenantAccess */
export const flavorAccessRemoveTenant = operation({
  body: Type.Object({ removeTenantAccess: tenant }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const id = params["id"] ?? "";
    return view(id, await flavorAccessRemove(ctx, id, body.removeTenantAccess.tenant));
  },
});
