import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { serviceProviderDelete as remove } from "../../app/service-provider.ts";
import { pathParam } from "../input.ts";

export const serviceProviderDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "service_provider_id")),
});
