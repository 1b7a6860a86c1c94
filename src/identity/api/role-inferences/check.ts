import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { inferenceFetch } from "../../app/implication.ts";
import { pathParam } from "../input.ts";

export const inferenceCheck = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const [prior, implied] = [pathParam(params, "role_id"), pathParam(params, "implied_role_id")];
    await inferenceFetch(ctx.deps.database.db, prior, implied);
  },
});
