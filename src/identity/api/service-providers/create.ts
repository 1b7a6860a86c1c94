import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { serviceProviderCreate as create } from "../../app/service-provider.ts";
import { pathParam } from "../input.ts";
import { closed } from "../registered-limits/schema.ts";
import { serviceProviderAttributes, serviceProviderChangeOf, urlSchema } from "./schema.ts";
import { serviceProviderView } from "./view.ts";

export const serviceProviderCreate = operation({
  body: Type.Object(
    {
      service_provider: Type.Object(
        { ...serviceProviderAttributes, auth_url: urlSchema, sp_url: urlSchema },
        closed,
      ),
    },
    closed,
  ),
  status: 201,
  handle: async (ctx: IdentityCtx, { params, body: { service_provider: given } }) => {
    const input = { ...serviceProviderChangeOf(given), authUrl: given.auth_url, spUrl: given.sp_url };
    const provider = await create(ctx, pathParam(params, "service_provider_id"), input);
    return { service_provider: serviceProviderView(ctx, provider) };
  },
});
