import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { quotaLimits } from "../../app/quota.ts";
import { projectRequire } from "../../app/project.ts";
import { queryText } from "../paging.ts";
import { queryCheck } from "../query-check.ts";
import { quotaSetView } from "./view.ts";

/** GET /os-quota-sets/{project_id} */
export const quotaSetShow = operation<ComputeDeps>({
  handle: async (ctx, { params, query }) => {
    queryCheck(ctx, query, ["user_id"], "2.75");
    await projectRequire(ctx, params["id"] ?? "");
    const projectId = params["id"] ?? "";
    const limits = await quotaLimits(ctx.deps.database.db, {
      projectId,
      userId: queryText(query, "user_id"),
    });
    return quotaSetView(ctx, limits, projectId);
  },
});
