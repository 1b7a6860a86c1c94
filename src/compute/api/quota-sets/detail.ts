import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { quotaLimits, quotaUsage } from "../../app/quota.ts";
import { quotaResources, type QuotaResource } from "../../domain/quota.ts";
import { projectRequire } from "../../app/project.ts";
import { queryText } from "../paging.ts";
import { queryCheck } from "../query-check.ts";
import { quotaSetView } from "./view.ts";

/** GET /os-quota-sets/{project_id}/detail: limits and what is used of them; nothing is ever reserved. */
export const quotaSetDetail = operation<ComputeDeps>({
  handle: async (ctx, { params, query }) => {
    queryCheck(ctx, query, ["user_id"], "2.75");
    await projectRequire(ctx, params["id"] ?? "");
    const subject = { projectId: params["id"] ?? "", userId: queryText(query, "user_id") };
    const { db } = ctx.deps.database;
    const [limits, used] = [await quotaLimits(db, subject), await quotaUsage(db, subject)];
    const values = Object.fromEntries(
      quotaResources.map((name) => [name, { limit: limits[name], in_use: used[name], reserved: 0 }]),
    );
    return quotaSetView(ctx, values as Record<QuotaResource, object>, subject.projectId);
  },
});
