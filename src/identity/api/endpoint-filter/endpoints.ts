import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { filterEndpointList } from "../../app/endpoint-filter.ts";
import { endpointView } from "../endpoints/view.ts";
import { pathParam } from "../input.ts";
import { collection } from "../links.ts";

export const filterEndpointsList = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const projectId = pathParam(params, "project_id");
    return collection(ctx, "endpoints", {
      path: `OS-EP-FILTER/projects/${projectId}/endpoints`,
      items: (await filterEndpointList(ctx, projectId)).map((endpoint) => endpointView(ctx, endpoint)),
    });
  },
});
