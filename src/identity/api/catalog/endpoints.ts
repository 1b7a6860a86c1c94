import { operation } from "#http/index.ts";
import { endpointFetch, endpointList } from "../../app/catalog.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { pathParam, querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { endpointView } from "./view.ts";

export const endpointsList = operation({
  query: querySchema("interface", "service_id", "region", "region_id"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const region = query.region_id ?? query.region;
    const found = endpointList(ctx, { interface: query.interface, serviceId: query.service_id, region });
    return collection(ctx, "endpoints", {
      query,
      items: found.map((endpoint) => endpointView(ctx, endpoint)),
    });
  },
});

export const endpointShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    endpoint: endpointView(ctx, endpointFetch(ctx, pathParam(params, "endpoint_id"))),
  }),
});
