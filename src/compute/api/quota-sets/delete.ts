import { operation, Reply } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { quotaReset } from "../../app/quota.ts";
import { queryText } from "../paging.ts";
import { queryCheck } from "../query-check.ts";

/** DELETE /os-quota-sets/{project_id}: back to the defaults */
export const quotaSetDelete = operation<ComputeDeps>({
  handle: async (ctx, { params, query }) => {
    queryCheck(ctx, query, ["user_id"], "2.75");
    await quotaReset(ctx, { projectId: params["id"] ?? "", userId: queryText(query, "user_id") });
    return new Reply(202);
  },
});
