import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { endpointCreate as create } from "../../app/endpoint.ts";
import { endpointAttributes, endpointChangeOf, endpointRequired } from "./schema.ts";
import { endpointView } from "./view.ts";

export const endpointCreate = operation({
  body: Type.Object({ endpoint: Type.Object({ ...endpointRequired, ...endpointAttributes }) }),
  status: 201,
  handle: async (ctx: IdentityCtx, { body: { endpoint } }) => {
    const { service_id: serviceId, interface: kind, url } = endpoint;
    const input = { ...endpointChangeOf(endpoint), serviceId, interface: kind, url };
    return { endpoint: endpointView(ctx, await create(ctx, input)) };
  },
});
