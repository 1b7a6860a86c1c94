import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { inferenceFetch } from "../../app/implication.ts";
import { pathParam } from "../input.ts";
import { inferenceView } from "./view.ts";

export const inferenceShow = operation({
  handle: async (ctx: IdentityCtx, { params }) =>
    inferenceView(
      ctx,
      await inferenceFetch(
        ctx.deps.database.db,
        pathParam(params, "role_id"),
        pathParam(params, "implied_role_id"),
      ),
    ),
});
