import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { userList } from "../../app/user.ts";
import { queryFilter, querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { inOwnDomain } from "../own-domain.ts";
import { nameFilter } from "../name-filter.ts";
import { userView } from "./view.ts";

export const usersList = operation({
  query: querySchema("name", "enabled", "domain_id", "idp_id", "protocol_id", "unique_id"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const { name, domain_id: domainId, idp_id: providerId, protocol_id: protocolId } = query;
    const known = { providerId, protocolId, uniqueId: query.unique_id };
    const users = await userList(ctx, { name, domainId, enabled: queryFilter(query.enabled), known });
    return collection(ctx, "users", {
      query,
      items: users
        .filter(inOwnDomain(ctx))
        .filter(nameFilter(query))
        .map((user) => userView(ctx, user)),
    });
  },
});
