import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { endpointGroupUpdate as update } from "../../app/endpoint-group.ts";
import { pathParam } from "../input.ts";
import { endpointGroupDescription, endpointGroupRequired } from "./schema.ts";
import { endpointGroupView } from "./view.ts";

export const endpointGroupUpdate = operation({
  body: Type.Object({
    endpoint_group: Type.Object({
      name: Type.Optional(endpointGroupRequired.name),
      filters: Type.Optional(endpointGroupRequired.filters),
      description: endpointGroupDescription,
    }),
  }),
  handle: async (ctx: IdentityCtx, { params, body: { endpoint_group: group } }) => {
    const { name, filters, description } = group;
    const change = { name, filters, description: description === null ? "" : description };
    const changed = await update(ctx, pathParam(params, "endpoint_group_id"), change);
    return { endpoint_group: endpointGroupView(ctx, changed) };
  },
});
