import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { inferenceCreate as create } from "../../app/implication.ts";
import { pathParam } from "../input.ts";
import { inferenceView } from "./view.ts";

export const inferenceCreate = operation({
  status: 201,
  handle: async (ctx: IdentityCtx, { params }) =>
    inferenceView(ctx, await create(ctx, pathParam(params, "role_id"), pathParam(params, "implied_role_id"))),
});
