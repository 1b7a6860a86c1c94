import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { mappingUpdate as update } from "../../app/mapping.ts";
import { pathParam } from "../input.ts";
import { mappingOf, mappingSchema } from "./schema.ts";
import { mappingView } from "./view.ts";

/** All rules anew: Keystone changes none of them alone. */
export const mappingUpdate = operation({
  body: mappingSchema,
  handle: async (ctx: IdentityCtx, { params, body }) => {
    const mapping = await update(ctx, mappingOf(pathParam(params, "mapping_id"), body));
    return { mapping: mappingView(ctx, mapping) };
  },
});
