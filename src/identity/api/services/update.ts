import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { serviceUpdate as update } from "../../app/service.ts";
import { pathParam } from "../input.ts";
import { serviceChangeOf, serviceUpdateSchema } from "./schema.ts";
import { serviceView } from "./view.ts";

export const serviceUpdate = operation({
  body: Type.Object({ service: serviceUpdateSchema }),
  handle: async (ctx: IdentityCtx, { params, body }) => ({
    service: serviceView(
      ctx,
      await update(ctx, pathParam(params, "service_id"), serviceChangeOf(body.service)),
    ),
  }),
});
