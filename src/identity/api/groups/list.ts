import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { groupList } from "../../app/group.ts";
import { querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { inOwnDomain } from "../own-domain.ts";
import { nameFilter } from "../name-filter.ts";
import { groupView } from "./view.ts";

export const groupsList = operation({
  query: querySchema("name", "domain_id"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const groups = await groupList(ctx, { name: query.name, domainId: query.domain_id });
    return collection(ctx, "groups", {
      query,
      items: groups
        .filter(inOwnDomain(ctx))
        .filter(nameFilter(query))
        .map((group) => groupView(ctx, group)),
    });
  },
});
