import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { identityProviderDelete as remove } from "../../app/identity-provider.ts";
import { pathParam } from "../input.ts";

export const identityProviderDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "idp_id")),
});
