import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { serviceProviderFetch } from "../../app/service-provider.ts";
import { pathParam } from "../input.ts";
import { serviceProviderView } from "./view.ts";

export const serviceProviderShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const id = pathParam(params, "service_provider_id");
    return {
      service_provider: serviceProviderView(ctx, await serviceProviderFetch(ctx.deps.database.db, id)),
    };
  },
});
