import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { policyFetch } from "../../app/policy-document.ts";
import { pathParam } from "../input.ts";
import { policyView } from "./view.ts";

export const policyShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    policy: policyView(ctx, await policyFetch(ctx.deps.database.db, pathParam(params, "policy_id"))),
  }),
});
