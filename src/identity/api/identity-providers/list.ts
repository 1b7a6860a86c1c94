import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { identityProviderList } from "../../app/identity-provider.ts";
import { queryFilter, querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { identityProviderView } from "./view.ts";

export const identityProvidersList = operation({
  query: querySchema("id", "enabled"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const found = await identityProviderList(ctx, { id: query.id, enabled: queryFilter(query.enabled) });
    const items = found.map((provider) => identityProviderView(ctx, provider));
    return collection(ctx, "identity_providers", { path: "OS-FEDERATION/identity_providers", query, items });
  },
});
