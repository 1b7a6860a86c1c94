import { operation } from "#http/index.ts";
import { grantCreate as assign } from "../../app/assignment.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { grantOfPath } from "./scope.ts";

const createGrant = (inherited: boolean) =>
  operation({
    handle: async (ctx: IdentityCtx, { params }) => assign(ctx, grantOfPath(params, inherited)),
  });

export const grantCreate = createGrant(false);
export const grantCreateInherited = createGrant(true);
