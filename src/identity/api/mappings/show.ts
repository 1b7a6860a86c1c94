import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { mappingFetch } from "../../app/mapping.ts";
import { pathParam } from "../input.ts";
import { mappingView } from "./view.ts";

export const mappingShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    mapping: mappingView(ctx, await mappingFetch(ctx.deps.database.db, pathParam(params, "mapping_id"))),
  }),
});
