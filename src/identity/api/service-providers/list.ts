import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { serviceProviderList } from "../../app/service-provider.ts";
import { queryFilter, querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { serviceProviderView } from "./view.ts";

export const serviceProvidersList = operation({
  query: querySchema("id", "enabled"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const found = await serviceProviderList(ctx, { id: query.id, enabled: queryFilter(query.enabled) });
    const items = found.map((provider) => serviceProviderView(ctx, provider));
    return collection(ctx, "service_providers", { path: "OS-FEDERATION/service_providers", query, items });
  },
});
