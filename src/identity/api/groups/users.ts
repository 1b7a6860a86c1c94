import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { groupUserList } from "../../app/group.ts";
import { pathParam, queryFilter, querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { inOwnDomain } from "../own-domain.ts";
import { userView } from "../users/view.ts";

export const groupUsers = operation({
  query: querySchema("name", "enabled", "domain_id"),
  handle: async (ctx: IdentityCtx, { params, query }) => {
    const groupId = pathParam(params, "group_id");
    const filter = { name: query.name, domainId: query.domain_id, enabled: queryFilter(query.enabled) };
    const items = (await groupUserList(ctx, groupId, filter))
      .filter(inOwnDomain(ctx))
      .map((user) => userView(ctx, user));
    return collection(ctx, "users", { path: `groups/${groupId}/users`, query, items });
  },
});
