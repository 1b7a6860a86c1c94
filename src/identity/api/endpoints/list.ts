import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { endpointList } from "../../app/endpoint.ts";
import { querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { endpointView } from "./view.ts";

export const endpointsList = operation({
  query: querySchema("interface", "service_id", "region", "region_id"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const regionId = query.region_id ?? query.region;
    const found = await endpointList(ctx, {
      interface: query.interface,
      serviceId: query.service_id,
      regionId,
    });
    return collection(ctx, "endpoints", {
      query,
      items: found.map((endpoint) => endpointView(ctx, endpoint)),
    });
  },
});
