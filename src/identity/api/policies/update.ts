import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { policyUpdate as update } from "../../app/policy-document.ts";
import { updatedId } from "../input.ts";
import { policyAttributes, policyExtraOf } from "./schema.ts";
import { policyView } from "./view.ts";

export const policyUpdate = operation({
  body: Type.Object({ policy: Type.Partial(Type.Object(policyAttributes), { minProperties: 1 }) }),
  handle: async (ctx: IdentityCtx, { params, body: { policy } }) => {
    const { type, blob } = policy;
    const change = { type, blob, extra: policyExtraOf(policy) };
    return {
      policy: policyView(ctx, await update(ctx, updatedId(params, "policy_id", policy), change)),
    };
  },
});
