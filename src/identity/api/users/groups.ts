import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { groupListOfUser } from "../../app/group.ts";
import { groupView } from "../groups/view.ts";
import { pathParam, querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { inOwnDomain } from "../own-domain.ts";

export const userGroups = operation({
  query: querySchema("name"),
  handle: async (ctx: IdentityCtx, { params, query }) => {
    const userId = pathParam(params, "user_id");
    const groups = await groupListOfUser(ctx, userId, { name: query.name });
    const items = groups.filter(inOwnDomain(ctx)).map((group) => groupView(ctx, group));
    return collection(ctx, "groups", { path: `users/${userId}/groups`, query, items });
  },
});
