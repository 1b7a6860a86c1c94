import { operation } from "#http/index.ts";
import { accessRuleDelete as remove } from "../../app/access-rule.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { pathParam } from "../input.ts";

export const accessRuleDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) =>
    remove(ctx, pathParam(params, "user_id"), pathParam(params, "access_rule_id")),
});
