import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { policyDelete as remove } from "../../app/policy-document.ts";
import { pathParam } from "../input.ts";

export const policyDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "policy_id")),
});
