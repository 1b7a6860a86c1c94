import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { roleList } from "../../app/role.ts";
import { querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { nameFilter } from "../name-filter.ts";
import { roleView } from "./view.ts";

export const rolesList = operation({
  query: querySchema("name", "domain_id"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const roles = await roleList(ctx, { name: query.name, domainId: query.domain_id });
    return collection(ctx, "roles", {
      query,
      items: roles.filter(nameFilter(query)).map((role) => roleView(ctx, role)),
    });
  },
});
