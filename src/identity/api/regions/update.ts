import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { regionUpdate as update } from "../../app/region.ts";
import { updatedId } from "../input.ts";
import { regionChangeOf, regionUpdateSchema } from "./schema.ts";
import { regionView } from "./view.ts";

export const regionUpdate = operation({
  body: Type.Object({ region: regionUpdateSchema }),
  handle: async (ctx: IdentityCtx, { params, body }) => ({
    region: regionView(
      ctx,
      await update(ctx, updatedId(params, "region_id", body.region), regionChangeOf(body.region)),
    ),
  }),
});
