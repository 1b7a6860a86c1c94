import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { projectRequire } from "../../app/project.ts";
import { quotaClassLimits } from "../../app/quota.ts";
import { quotaSetView } from "./view.ts";

/** GET /os-quota-sets/{project_id}/defaults */
export const quotaSetDefaults = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const projectId = params["id"] ?? "";
    await projectRequire(ctx, projectId);
    return quotaSetView(ctx, await quotaClassLimits(ctx.deps.database.db, "default"), projectId);
  },
});
