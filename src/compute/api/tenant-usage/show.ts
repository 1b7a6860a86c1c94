import { atLeast, operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { serverUsages } from "../../app/tenant-usage.ts";
import { nextLinks } from "../links.ts";
import { queryCheck } from "../query-check.ts";
import { usageQueryOf } from "./query.ts";
import { tenantUsageView } from "./view.ts";

/** GET /os-simple-tenant-usage/{project_id}: empty when it had no servers in the time. */
export const tenantUsageShow = operation<ComputeDeps>({
  handle: async (ctx, { params, query }) => {
    queryCheck(ctx, query, ["start", "end", "limit", "marker"], "2.75");
    const projectId = params["id"] ?? "";
    const asked = usageQueryOf(ctx, query, projectId);
    const usages = await serverUsages(ctx, asked);
    const full = atLeast(ctx, "2.40") && usages.length === asked.limit && asked.limit > 0;
    const page = { query, lastId: usages.at(-1)?.serverId, full };
    const links = nextLinks(ctx, `/os-simple-tenant-usage/${projectId}`, page);
    const window = { ...asked, now: ctx.clock.now() };
    return {
      tenant_usage: usages.length === 0 ? {} : tenantUsageView(projectId, usages, window, true),
      ...(links.length === 0 ? {} : { tenant_usage_links: links }),
    };
  },
});
