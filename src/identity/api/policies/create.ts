import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { policyCreate as create } from "../../app/policy-document.ts";
import { policyAttributes, policyExtraOf } from "./schema.ts";
import { policyView } from "./view.ts";

export const policyCreate = operation({
  body: Type.Object({ policy: Type.Object(policyAttributes) }),
  status: 201,
  handle: async (ctx: IdentityCtx, { body: { policy } }) => {
    const { type, blob } = policy;
    return { policy: policyView(ctx, await create(ctx, { type, blob, extra: policyExtraOf(policy) })) };
  },
});
