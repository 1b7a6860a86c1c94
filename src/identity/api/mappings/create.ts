import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { mappingCreate as create } from "../../app/mapping.ts";
import { pathParam } from "../input.ts";
import { mappingOf, mappingSchema } from "./schema.ts";
import { mappingView } from "./view.ts";

export const mappingCreate = operation({
  body: mappingSchema,
  status: 201,
  handle: async (ctx: IdentityCtx, { params, body }) => {
    const mapping = await create(ctx, mappingOf(pathParam(params, "mapping_id"), body));
    return { mapping: mappingView(ctx, mapping) };
  },
});
