import { operation } from "#http/index.ts";
import { grantDelete } from "../../app/assignment.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { grantOfPath } from "./scope.ts";

export const grantRevoke = operation({
  handle: async (ctx: IdentityCtx, { params }) => grantDelete(ctx, grantOfPath(params)),
});
