import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { registeredLimitList } from "../../app/registered-limit.ts";
import { querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { registeredLimitView } from "./view.ts";

export const registeredLimitsList = operation({
  query: querySchema("service_id", "region_id", "resource_name"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const { service_id: serviceId, region_id: regionId, resource_name: resourceName } = query;
    const found = await registeredLimitList(ctx, { serviceId, regionId, resourceName });
    const items = found.map((limit) => registeredLimitView(ctx, limit));
    return collection(ctx, "registered_limits", { query, items });
  },
});
