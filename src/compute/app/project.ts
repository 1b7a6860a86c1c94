import { CloudError } from "#base/errors.ts";
import type { ComputeCtx } from "./deps.ts";

/** Throws `invalid` when there is no such project (nova.api.openstack.identity.verify_project_id). */
export async function projectRequire(ctx: ComputeCtx, id: string): Promise<void> {
  if (!(await ctx.deps.projectExists(id)))
    throw new CloudError("invalid", `Project ID ${id} is not a valid project.`);
}
