import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { policyAssociationDelete as remove } from "../../app/policy-association.ts";
import { associationOfPath } from "./association.ts";

export const policyAssociationDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, associationOfPath(params)),
});
