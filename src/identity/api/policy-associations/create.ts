import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { policyAssociationCreate as create } from "../../app/policy-association.ts";
import { associationOfPath } from "./association.ts";

export const policyAssociationCreate = operation({
  handle: async (ctx: IdentityCtx, { params }) => create(ctx, associationOfPath(params)),
});
