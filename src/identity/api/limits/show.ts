import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { limitFetch } from "../../app/limit.ts";
import { pathParam } from "../input.ts";
import { limitView } from "./view.ts";

export const limitShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    limit: limitView(ctx, await limitFetch(ctx, pathParam(params, "limit_id"))),
  }),
});
