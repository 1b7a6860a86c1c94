import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { endpointGroupList } from "../../app/endpoint-group.ts";
import { querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { endpointGroupView } from "./view.ts";

export const endpointGroupsList = operation({
  query: querySchema("name"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const groups = await endpointGroupList(ctx, { name: query.name });
    return collection(ctx, "endpoint_groups", {
      path: "OS-EP-FILTER/endpoint_groups",
      query,
      items: groups.map((group) => endpointGroupView(ctx, group)),
    });
  },
});
