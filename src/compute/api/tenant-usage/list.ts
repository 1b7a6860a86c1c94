import { atLeast, operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { serverUsages } from "../../app/tenant-usage.ts";
import { nextLinks } from "../links.ts";
import { queryText } from "../paging.ts";
import { queryCheck } from "../query-check.ts";
import { usageQueryOf } from "./query.ts";
import { tenantUsageView } from "./view.ts";

const queryNames = ["start", "end", "detailed", "limit", "marker"];

/** GET /os-simple-tenant-usage: all projects with servers in the time; each server with `detailed=1`. */
export const tenantUsageList = operation<ComputeDeps>({
  handle: async (ctx, { query }) => {
    queryCheck(ctx, query, queryNames, "2.75");
    const asked = usageQueryOf(ctx, query, undefined);
    const usages = await serverUsages(ctx, asked);
    const window = { ...asked, now: ctx.clock.now() };
    const detailed = queryText(query, "detailed") === "1";
    const projects = [...new Set(usages.map(({ projectId }) => projectId))];
    const full = atLeast(ctx, "2.40") && usages.length === asked.limit && asked.limit > 0;
    const page = { query, lastId: usages.at(-1)?.serverId, full };
    const links = nextLinks(ctx, "/os-simple-tenant-usage", page);
    return {
      tenant_usages: projects.map((projectId) => {
        const own = usages.filter((usage) => usage.projectId === projectId);
        return tenantUsageView(projectId, own, window, detailed);
      }),
      ...(links.length === 0 ? {} : { tenant_usages_links: links }),
    };
  },
});
