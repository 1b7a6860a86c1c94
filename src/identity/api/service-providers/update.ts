import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { serviceProviderUpdate as update } from "../../app/service-provider.ts";
import { pathParam } from "../input.ts";
import { closed } from "../registered-limits/schema.ts";
import { serviceProviderAttributes, serviceProviderChangeOf, urlSchema } from "./schema.ts";
import { serviceProviderView } from "./view.ts";

const urls = { auth_url: Type.Optional(urlSchema), sp_url: Type.Optional(urlSchema) };

export const serviceProviderUpdate = operation({
  body: Type.Object(
    {
      service_provider: Type.Object(
        { ...serviceProviderAttributes, ...urls },
        { ...closed, minProperties: 1 },
      ),
    },
    closed,
  ),
  handle: async (ctx: IdentityCtx, { params, body }) => {
    const change = serviceProviderChangeOf(body.service_provider);
    const provider = await update(ctx, pathParam(params, "service_provider_id"), change);
    return { service_provider: serviceProviderView(ctx, provider) };
  },
});
