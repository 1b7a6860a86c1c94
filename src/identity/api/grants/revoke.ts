import { operation } from "#http/index.ts";
import { grantDelete } from "../../app/assignment.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { grantOfPath } from "./scope.ts";

const revokeGrant = (inherited: boolean) =>
  operation({
    handle: async (ctx: IdentityCtx, { params }) => grantDelete(ctx, grantOfPath(params, inherited)),
  });

export const grantRevoke = revokeGrant(false);
export const grantRevokeInherited = revokeGrant(true);
