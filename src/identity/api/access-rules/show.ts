import { operation } from "#http/index.ts";
import { accessRuleFetch } from "../../app/access-rule.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { pathParam } from "../input.ts";
import { accessRuleView } from "./view.ts";

export const accessRuleShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const [userId, id] = [pathParam(params, "user_id"), pathParam(params, "access_rule_id")];
    return { access_rule: accessRuleView(ctx, userId, await accessRuleFetch(ctx, userId, id)) };
  },
});
