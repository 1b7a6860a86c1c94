import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { policyAssociationFetch } from "../../app/policy-association.ts";
import { associationOfPath } from "./association.ts";

export const policyAssociationCheck = operation({
  handle: async (ctx: IdentityCtx, { params }) => policyAssociationFetch(ctx, associationOfPath(params)),
});
