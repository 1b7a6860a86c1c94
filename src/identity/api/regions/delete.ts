import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { regionDelete as remove } from "../../app/region.ts";
import { pathParam } from "../input.ts";

export const regionDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "region_id")),
});
