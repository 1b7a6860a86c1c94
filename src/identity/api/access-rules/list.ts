import { operation } from "#http/index.ts";
import { accessRuleList } from "../../app/access-rule.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { pathParam, querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { accessRuleView } from "./view.ts";

export const accessRulesList = operation({
  query: querySchema("service", "method", "path"),
  handle: async (ctx: IdentityCtx, { params, query }) => {
    const userId = pathParam(params, "user_id");
    const rules = await accessRuleList(ctx, userId, query);
    return collection(ctx, "access_rules", {
      path: `users/${userId}/access_rules`,
      query,
      items: rules.map((rule) => accessRuleView(ctx, userId, rule)),
    });
  },
});
