import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { policyEndpointList } from "../../app/policy-association.ts";
import { endpointView } from "../endpoints/view.ts";
import { pathParam } from "../input.ts";
import { collection } from "../links.ts";

export const policyEndpointsList = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const policyId = pathParam(params, "policy_id");
    const endpoints = await policyEndpointList(ctx, policyId);
    return collection(ctx, "endpoints", {
      path: `policies/${policyId}/OS-ENDPOINT-POLICY/endpoints`,
      items: endpoints.map((endpoint) => endpointView(ctx, endpoint)),
    });
  },
});
