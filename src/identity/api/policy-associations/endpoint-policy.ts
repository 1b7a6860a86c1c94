import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { endpointPolicyFetch } from "../../app/policy-association.ts";
import { pathParam } from "../input.ts";
import { policyView } from "../policies/view.ts";

export const endpointPolicyShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    policy: policyView(ctx, await endpointPolicyFetch(ctx, pathParam(params, "endpoint_id"))),
  }),
});
