import { operation } from "#http/index.ts";
import { grantCreate as assign } from "../../app/assignment.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { grantOfPath } from "./scope.ts";

export const grantCreate = operation({
  handle: async (ctx: IdentityCtx, { params }) => assign(ctx, grantOfPath(params)),
});
