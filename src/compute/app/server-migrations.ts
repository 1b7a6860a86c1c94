import type { ServerMigration } from "../domain/server-migration.ts";
import { serverMigrationList } from "../store/server-migrations.ts";
import type { ComputeCtx } from "./deps.ts";

/** Newest first. Throws `forbidden` for those of other projects, which are asked for when none is named (nova's MigrationsController._index). */
export async function serverMigrationsVisible(
  ctx: ComputeCtx,
  projectId: string | undefined,
): Promise<ServerMigration[]> {
  if (projectId === undefined || projectId !== ctx.caller.projectId)
    ctx.enforce("os_compute_api:os-migrations:index:all_projects");
  return serverMigrationList(ctx.deps.database.db);
}
