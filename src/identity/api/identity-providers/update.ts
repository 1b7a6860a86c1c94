import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { identityProviderUpdate as update } from "../../app/identity-provider.ts";
import { pathParam } from "../input.ts";
import { closed } from "../registered-limits/schema.ts";
import { identityProviderAttributes, identityProviderChangeOf } from "./schema.ts";
import { identityProviderView } from "./view.ts";

export const identityProviderUpdate = operation({
  body: Type.Object({
    identity_provider: Type.Object(identityProviderAttributes, { ...closed, minProperties: 1 }),
  }),
  handle: async (ctx: IdentityCtx, { params, body }) => {
    const change = identityProviderChangeOf(body.identity_provider);
    const provider = await update(ctx, pathParam(params, "idp_id"), change);
    return { identity_provider: identityProviderView(ctx, provider) };
  },
});
