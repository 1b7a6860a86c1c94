import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { filterEntryFetch } from "../../app/endpoint-filter.ts";
import { selfLink } from "../links.ts";
import { entryOfPath } from "./entry.ts";

/** Of an endpoint group; an endpoint's is only checked. */
export const filterEntryShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const entry = entryOfPath(params);
    await filterEntryFetch(ctx, entry);
    const { projectId, targetId } = entry;
    return {
      project_endpoint_group: {
        endpoint_group_id: targetId,
        project_id: projectId,
        links: selfLink(ctx, `OS-EP-FILTER/endpoint_groups/${targetId}/projects/${projectId}`),
      },
    };
  },
});
