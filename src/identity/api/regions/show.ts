import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { regionFetch } from "../../app/region.ts";
import { pathParam } from "../input.ts";
import { regionView } from "./view.ts";

export const regionShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    region: regionView(ctx, await regionFetch(ctx.deps.database.db, pathParam(params, "region_id"))),
  }),
});
