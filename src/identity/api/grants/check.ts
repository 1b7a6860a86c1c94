import { operation } from "#http/index.ts";
import { grantFetch } from "../../app/assignment.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { grantOfPath } from "./scope.ts";

const checkGrant = (inherited: boolean) =>
  operation({
    handle: async (ctx: IdentityCtx, { params }) => grantFetch(ctx, grantOfPath(params, inherited)),
  });

export const grantCheck = checkGrant(false);
export const grantCheckInherited = checkGrant(true);
