import { CloudError } from "#base/errors.ts";
import { atLeast } from "#http/index.ts";
import { flavorAccessDelete, flavorAccessInsert, flavorAccessProjects } from "../store/flavor-access.ts";
import type { ComputeCtx } from "./deps.ts";
import { flavorFetch } from "./flavor.ts";
import { projectRequire } from "./project.ts";

/** The projects that see a private flavor; a public one has no list, `not-found`. */
export async function flavorAccessOf(ctx: ComputeCtx, flavorId: string): Promise<string[]> {
  const flavor = await flavorFetch(ctx, flavorId);
  if (flavor.isPublic) throw new CloudError("not-found", "Access list not available for public flavors.");
  return flavorAccessProjects(ctx.deps.database.db, flavorId);
}

export async function flavorAccessAdd(
  ctx: ComputeCtx,
  flavorId: string,
  projectId: string,
): Promise<string[]> {
  await projectRequire(ctx, projectId);
  const flavor = await flavorFetch(ctx, flavorId);
  if (flavor.isPublic && atLeast(ctx, "2.7")) {
    throw new CloudError("conflict", "Can not add access to a public flavor.");
  }
  return ctx.deps.database.transaction(async (tx) => {
    if ((await flavorAccessProjects(tx, flavorId)).includes(projectId)) {
      throw new CloudError(
        "already-exists",
        `Flavor access already exists for flavor ${flavorId} and project ${projectId} combination.`,
      );
    }
    await flavorAccessInsert(tx, { flavor_id: flavorId, project_id: projectId });
    return flavorAccessProjects(tx, flavorId);
  });
}

export async function flavorAccessRemove(
  ctx: ComputeCtx,
  flavorId: string,
  projectId: string,
): Promise<string[]> {
  await flavorFetch(ctx, flavorId);
  return ctx.deps.database.transaction(async (tx) => {
    if (!(await flavorAccessProjects(tx, flavorId)).includes(projectId)) {
      throw new CloudError(
        "not-found",
        `Flavor access not found for ${flavorId} / ${projectId} combination.`,
      );
    }
    await flavorAccessDelete(tx, flavorId, projectId);
    return flavorAccessProjects(tx, flavorId);
  });
}
