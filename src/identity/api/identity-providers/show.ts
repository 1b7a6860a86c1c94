import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { identityProviderFetch } from "../../app/identity-provider.ts";
import { pathParam } from "../input.ts";
import { identityProviderView } from "./view.ts";

export const identityProviderShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const provider = await identityProviderFetch(ctx.deps.database.db, pathParam(params, "idp_id"));
    return { identity_provider: identityProviderView(ctx, provider) };
  },
});
