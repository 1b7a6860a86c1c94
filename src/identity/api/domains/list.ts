import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { domainList } from "../../app/domain.ts";
import { queryFilter, querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { nameFilter } from "../name-filter.ts";
import { domainView } from "./view.ts";

export const domainsList = operation({
  query: querySchema("name", "enabled"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const domains = await domainList(ctx, { name: query.name, enabled: queryFilter(query.enabled) });
    const own = ctx.caller.domainId;
    const isOwnDomain = ({ id }: { readonly id: string }): boolean => own === undefined || id === own;
    return collection(ctx, "domains", {
      query,
      items: domains
        .filter(isOwnDomain)
        .filter(nameFilter(query))
        .map((domain) => domainView(ctx, domain)),
    });
  },
});
