import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { filterGroupList } from "../../app/endpoint-filter.ts";
import { endpointGroupView } from "../endpoint-groups/view.ts";
import { pathParam } from "../input.ts";
import { collection } from "../links.ts";

export const filterGroupsList = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const projectId = pathParam(params, "project_id");
    return collection(ctx, "endpoint_groups", {
      path: `OS-EP-FILTER/projects/${projectId}/endpoint_groups`,
      items: (await filterGroupList(ctx, projectId)).map((group) => endpointGroupView(ctx, group)),
    });
  },
});
