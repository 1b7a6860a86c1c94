import { operation } from "#http/index.ts";
import { grantFetch } from "../../app/assignment.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { grantOfPath } from "./scope.ts";

export const grantCheck = operation({
  handle: async (ctx: IdentityCtx, { params }) => grantFetch(ctx, grantOfPath(params)),
});
