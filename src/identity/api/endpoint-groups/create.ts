import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { endpointGroupCreate as create } from "../../app/endpoint-group.ts";
import { endpointGroupDescription, endpointGroupRequired } from "./schema.ts";
import { endpointGroupView } from "./view.ts";

export const endpointGroupCreate = operation({
  body: Type.Object({
    endpoint_group: Type.Object({ ...endpointGroupRequired, description: endpointGroupDescription }),
  }),
  status: 201,
  handle: async (ctx: IdentityCtx, { body: { endpoint_group: group } }) => {
    const { name, filters, description } = group;
    const made = await create(ctx, { name, filters, description: description ?? undefined });
    return { endpoint_group: endpointGroupView(ctx, made) };
  },
});
