import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { serverGroupMembersOf, serverGroupsOf } from "../../app/server-group.ts";
import { pageOf, queryText } from "../paging.ts";
import { queryCheck } from "../query-check.ts";
import { serverGroupView } from "./view.ts";

/** GET /os-server-groups; `all_projects` is for administrators and ignored for others, as in Nova. */
export const serverGroupList = operation<ComputeDeps>({
  handle: async (ctx, { query }) => {
    queryCheck(ctx, query, ["all_projects", "limit", "offset"], "2.75");
    const offset = queryText(query, "offset") ?? "0";
    if (!/^\d+$/.test(offset)) {
      throw new CloudError(
        "invalid",
        `Invalid input for query parameters offset. Value: ${offset}. It must be a number from 0.`,
      );
    }
    const { limit } = pageOf(query);
    const groups = await serverGroupsOf(ctx, queryText(query, "all_projects") !== undefined);
    const shown = groups.slice(Number(offset), Number(offset) + limit);
    const views: object[] = [];
    for (const group of shown)
      views.push(serverGroupView(ctx, group, await serverGroupMembersOf(ctx, group)));
    return { server_groups: views };
  },
});
