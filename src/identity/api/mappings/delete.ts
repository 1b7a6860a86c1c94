import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { mappingDelete as remove } from "../../app/mapping.ts";
import { pathParam } from "../input.ts";

export const mappingDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "mapping_id")),
});
